-- The questions about what roles do ask for these spans several times.
create or replace table kept.role_spans as select * from lake.role_spans;

create or replace view lake.role_spans as select * from kept.role_spans;
