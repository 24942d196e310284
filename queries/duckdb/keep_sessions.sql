-- Several questions of one report need the same sessions: compute them once.
begin;

create table lake.kept_sessions as select * from sessions;

create or replace view sessions as select * from lake.kept_sessions;

commit;
