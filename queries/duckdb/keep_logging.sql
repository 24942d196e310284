-- A few thousand rows, of which DuckDB would guess millions: it would then hash the
-- grants instead.
begin;

create table lake.kept_logging as select * from lake.logging;

create or replace view lake.logging as select * from lake.kept_logging;

commit;
