-- A lake without a catalogue.
create view lake.operations as
select
    cast(null as varchar) as service,
    cast(null as varchar) as operation,
    cast(null as varchar) as primary_action,
    cast(null as varchar[]) as possible_actions
where false;
