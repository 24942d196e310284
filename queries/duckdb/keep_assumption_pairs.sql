-- Whoever reads the assumptions asks for these pairs: find them once.
create or replace table kept.assumption_pairs as select * from lake.assumption_pairs;

create or replace view lake.assumption_pairs as select * from kept.assumption_pairs;
