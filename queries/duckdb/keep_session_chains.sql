-- Few, where few roles are assumed by roles, and DuckDB would guess billions.
create or replace table kept.session_chains as select * from lake.session_chains;

create or replace view lake.session_chains as select * from kept.session_chains;
