-- A lake of which every day is compact.
create view lake.loose_events as
select *
from lake.events
where false;
