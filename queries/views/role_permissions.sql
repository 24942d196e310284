-- One row per role, action and granting statement. No inventory table holds
-- these yet: the view has its columns and no rows.
create view role_permissions as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as role_id,
    cast(null as varchar) as action,
    cast(null as varchar) as effect,
    cast(null as varchar) as via,
    cast(null as varchar) as policy_arn,
    cast(null as varchar) as statement,
    cast(null as varchar) as resources,
    cast(null as timestamp(6)) as snapshot_at
where 1 = 0;
