-- The sessions and the questions about them ask for these names: read them once.
create or replace table kept.role_names as select * from lake.role_names;

create or replace view lake.role_names as select * from kept.role_names;
