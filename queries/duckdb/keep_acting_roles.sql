-- A few thousand rows, of which DuckDB would guess millions.
create or replace table kept.acting_roles as select * from lake.acting_roles;

create or replace view lake.acting_roles as select * from kept.acting_roles;
