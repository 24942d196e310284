-- The questions about the inventory ask for these names: read the events once.
create or replace table kept.role_sightings as select * from lake.role_sightings;

create or replace view lake.role_sightings as select * from kept.role_sightings;
