-- A few thousand rows, of which DuckDB would guess millions: it would then hash the
-- grants instead.
create or replace table kept.logging as select * from lake.logging;

create or replace view lake.logging as select * from kept.logging;
