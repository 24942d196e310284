-- The questions about what roles do ask for these spans several times.
begin;

create table lake.kept_role_spans as select * from lake.role_spans;

create or replace view lake.role_spans as select * from lake.kept_role_spans;

commit;
