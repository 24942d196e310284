-- Whoever reads the assumptions asks for these pairs: find them once.
begin;

create table lake.kept_assumption_pairs as
select * from lake.assumption_pairs;

create or replace view lake.assumption_pairs as
select * from lake.kept_assumption_pairs;

commit;
