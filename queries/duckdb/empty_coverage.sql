-- A lake without coverage records.
create view lake.coverage as
select
    cast(null as varchar) as source_object,
    cast(null as varchar) as account_id,
    cast(null as varchar) as aws_region,
    cast(null as varchar) as family,
    cast(null as date) as event_date,
    cast(null as bigint) as records,
    cast(null as bigint) as events,
    cast(null as timestamp) as first_event,
    cast(null as timestamp) as last_event,
    cast(null as bigint) as fingerprint
where false;
