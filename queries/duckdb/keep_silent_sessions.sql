-- Few, where most keys are known; and to find them takes all sessions.
create or replace table kept.silent_sessions as select * from lake.silent_sessions;

create or replace view lake.silent_sessions as select * from kept.silent_sessions;
