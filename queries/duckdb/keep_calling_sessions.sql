-- Few, where few roles are assumed by roles, and DuckDB would guess more than there are
-- sessions.
create or replace table kept.calling_sessions as select * from lake.calling_sessions;

create or replace view lake.calling_sessions as select * from kept.calling_sessions;
