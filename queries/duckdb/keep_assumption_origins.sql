-- The steps of the chains are joined five times: compute them once.
begin;

create table lake.kept_assumption_origins as
select * from lake.assumption_origins;

create or replace view lake.assumption_origins as
select * from lake.kept_assumption_origins;

commit;
