-- One row per trail, category and resource type that one of its selectors asks for,
-- by the newest snapshot of each account that owns trails.
create view trails as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.trails
    group by account_id

)

select
    snapshots.account_id,
    trail_arn,
    is_organization,
    is_multi_region,
    home_region,
    is_described,
    category,
    resource_type,
    logs_reads,
    logs_writes,
    is_narrowed,
    excluded_services,
    snapshot_at,
    snapshots.snapshot_date
from lake.trails as snapshots
inner join newest
    on
        snapshots.account_id = newest.account_id
        and snapshots.snapshot_date = newest.snapshot_date;
