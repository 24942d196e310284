-- A lake without an inventory.
create view lake.role_trust as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as role_id,
    cast(null as integer) as statement,
    cast(null as varchar) as sid,
    cast(null as varchar) as effect,
    cast(null as varchar) as principal_type,
    cast(null as varchar) as principal,
    cast(null as boolean) as negated,
    cast(null as varchar) as principal_kind,
    cast(null as varchar) as principal_account,
    cast(null as varchar) as principal_key,
    cast(null as varchar[]) as actions,
    cast(null as varchar) as conditions,
    cast(null as timestamp) as snapshot_at,
    cast(null as date) as snapshot_date
where false;
