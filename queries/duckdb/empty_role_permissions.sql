-- A lake without an inventory.
create view lake.role_permissions as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as role_id,
    cast(null as varchar) as action,
    cast(null as varchar) as effect,
    cast(null as boolean) as is_pattern,
    cast(null as varchar[]) as via,
    cast(null as varchar[]) as resources,
    cast(null as timestamp) as granted_at,
    cast(null as timestamp) as snapshot_at,
    cast(null as date) as snapshot_date
where false;
