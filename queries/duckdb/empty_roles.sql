-- A lake without an inventory.
create view lake.roles as
select
    cast(null as varchar) as arn,
    cast(null as varchar) as role_id,
    cast(null as varchar) as account_id,
    cast(null as varchar) as name,
    cast(null as varchar) as path,
    cast(null as timestamp) as created_at,
    cast(null as varchar) as kind,
    cast(null as varchar) as privilege,
    cast(null as varchar) as privilege_path,
    cast(null as integer) as max_session,
    cast(null as varchar) as boundary,
    cast(null as varchar[]) as attached_policies,
    cast(null as varchar[]) as unread_policies,
    cast(null as varchar) as tags,
    cast(null as varchar) as trust_policy,
    cast(null as timestamp) as last_used,
    cast(null as varchar) as last_used_region,
    cast(null as varchar) as origin,
    cast(null as bigint) as changes_seen,
    cast(null as timestamp) as snapshot_at,
    cast(null as date) as snapshot_date
where false;
