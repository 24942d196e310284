-- Which documents did roles and policies have when inventories were taken? One row per
-- document and snapshot; of snapshots that tell the same one after another only the
-- first. A replay of the logs tells nothing that its events do not.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as date) as inventory_date

),

snapshots as (

    select
        roles.account_id,
        roles.snapshot_date,
        max(
            coalesce(
                roles.snapshot_at, cast(roles.snapshot_date as timestamp(6))
            )
        ) as snapshot_at
    from lake.roles as roles
    cross join params
    where
        coalesce(roles.origin, 'inventory') = 'inventory'
        and (
            params.inventory_date is null
            or roles.snapshot_date <= params.inventory_date
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), roles.account_id)
        )
    group by roles.account_id, roles.snapshot_date

),

told as (

    select
        snapshots.snapshot_at,
        roles.arn as role_arn,
        cast(null as varchar) as policy_arn,
        cast(null as varchar) as name,
        cast(null as varchar) as version_id,
        roles.attached_policies is not null as is_listed,
        roles.boundary,
        roles.trust_policy as document
    from lake.roles as roles
    inner join snapshots
        on
            roles.account_id = snapshots.account_id
            and roles.snapshot_date = snapshots.snapshot_date

    union

    -- AWS's own policies stand in the inventory of each account.
    select
        snapshots.snapshot_at,
        policies.role_arn,
        policies.policy_arn,
        policies.name,
        policies.version_id,
        true as is_listed,
        cast(null as varchar) as boundary,
        policies.document
    from lake.policies as policies
    inner join snapshots
        on
            policies.account_id = snapshots.account_id
            and policies.snapshot_date = snapshots.snapshot_date
    where policies.kind in ('aws_managed', 'customer_managed', 'inline')

),

with_last as (

    select
        told.*,
        lag(snapshot_at) over (
            partition by role_arn, policy_arn, name
            order by snapshot_at asc
        ) as last_at,
        lag(version_id) over (
            partition by role_arn, policy_arn, name
            order by snapshot_at asc
        ) as last_version_id,
        lag(is_listed) over (
            partition by role_arn, policy_arn, name
            order by snapshot_at asc
        ) as last_is_listed,
        lag(boundary) over (
            partition by role_arn, policy_arn, name
            order by snapshot_at asc
        ) as last_boundary,
        lag(document) over (
            partition by role_arn, policy_arn, name
            order by snapshot_at asc
        ) as last_document
    from told

)

select
    snapshot_at,
    role_arn,
    policy_arn,
    name,
    version_id,
    is_listed,
    boundary,
    document
from with_last
where
    last_at is null
    or last_version_id is distinct from version_id
    or last_is_listed is distinct from is_listed
    or last_boundary is distinct from boundary
    or last_document is distinct from document
order by
    snapshot_at asc,
    role_arn asc nulls last,
    policy_arn asc nulls last,
    name asc nulls last,
    version_id asc nulls last,
    document asc nulls last
