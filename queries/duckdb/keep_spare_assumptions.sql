-- Few, where most keys are known: find them once.
create or replace table kept.spare_assumptions as select * from lake.spare_assumptions;

create or replace view lake.spare_assumptions as select * from kept.spare_assumptions;
