-- In a lake that has corrections no file says what was used.
create or replace view lake.loose_events as
select *
from lake.events;
