-- Few, where most keys are known: find them once.
create or replace table kept.keyless_sessions as select * from lake.keyless_sessions;

create or replace view lake.keyless_sessions as select * from kept.keyless_sessions;
