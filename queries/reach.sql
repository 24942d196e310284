-- By what are the roles of the inventory reached, and which accounts by what? One row per
-- role, and one more per policy that it has or is bounded by and per principal that its
-- trust policy lets in; and one per account and policy of the organisation.
with

params as (

    select cast(? as date) as inventory_date

),

snapshots as (

    select
        roles.account_id,
        max(roles.snapshot_date) as snapshot_date
    from lake.roles as roles
    cross join params
    where
        params.inventory_date is null
        or roles.snapshot_date <= params.inventory_date
    group by roles.account_id

),

taken as (

    select
        roles.account_id,
        roles.arn,
        roles.role_id,
        roles.boundary,
        roles.attached_policies
    from lake.roles as roles
    inner join snapshots
        on
            roles.account_id = snapshots.account_id
            and roles.snapshot_date = snapshots.snapshot_date

),

links as (

    select
        account_id,
        arn as role_arn,
        role_id,
        cast(null as varchar) as via
    from taken

    union

    select
        taken.account_id,
        taken.arn as role_arn,
        taken.role_id,
        attachments.policy_arn as via
    from taken
    cross join unnest(taken.attached_policies) as attachments (policy_arn)

    union

    select
        account_id,
        arn as role_arn,
        role_id,
        boundary as via
    from taken
    where boundary is not null

    union

    select
        trusts.account_id,
        trusts.role_arn,
        trusts.role_id,
        trusts.principal as via
    from lake.role_trust as trusts
    inner join snapshots
        on
            trusts.account_id = snapshots.account_id
            and trusts.snapshot_date = snapshots.snapshot_date
    where
        trusts.effect = 'allow'
        and not coalesce(trusts.negated, false)
        and trusts.principal is not null

    union

    select
        policies.account_id,
        cast(null as varchar) as role_arn,
        cast(null as varchar) as role_id,
        policies.policy_arn as via
    from lake.policies as policies
    inner join snapshots
        on
            policies.account_id = snapshots.account_id
            and policies.snapshot_date = snapshots.snapshot_date
    where
        policies.kind in ('scp', 'rcp')
        and policies.policy_arn is not null

)

select
    account_id,
    role_arn,
    role_id,
    via
from links
order by
    account_id asc,
    role_arn asc nulls last,
    via asc nulls last,
    role_id asc nulls last
