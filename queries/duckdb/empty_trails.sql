-- A lake that knows no trail.
create view lake.trails as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as trail_arn,
    cast(null as boolean) as is_organization,
    cast(null as boolean) as is_multi_region,
    cast(null as varchar) as home_region,
    cast(null as boolean) as is_described,
    cast(null as varchar) as category,
    cast(null as varchar) as resource_type,
    cast(null as boolean) as logs_reads,
    cast(null as boolean) as logs_writes,
    cast(null as boolean) as is_narrowed,
    cast(null as varchar[]) as excluded_services,
    cast(null as timestamp) as snapshot_at,
    cast(null as date) as snapshot_date
where false;
