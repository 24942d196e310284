-- Several questions of one report need the same assumptions: compute them once.
begin;

create table lake.kept_assumptions as select * from assumptions;

create or replace view assumptions as select * from lake.kept_assumptions;

commit;
