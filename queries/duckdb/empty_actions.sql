-- A lake without a catalogue.
create view lake.actions as
select
    cast(null as varchar) as action,
    cast(null as varchar) as service,
    cast(null as varchar) as name,
    cast(null as varchar) as access_level,
    cast(null as varchar[]) as resource_types,
    cast(null as varchar) as observability,
    cast(null as varchar) as data_type,
    cast(null as date) as catalogue_date,
    cast(null as varchar) as source
where false;
