-- Which policies does this role have? One row per role and policy.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as varchar) as role,
        cast(? as date) as inventory_date

),

snapshot_roles as (

    select inventory.*
    from lake.inventory as inventory
    cross join params
    where
        (
            params.inventory_date is null
            or inventory.snapshot_date <= params.inventory_date
        )
        and (
            inventory.replaced_on is null
            or inventory.replaced_on > params.inventory_date
        )

),

asked as (

    select
        roles.account_id,
        roles.arn,
        roles.role_id,
        roles.has_namesakes,
        roles.attached_policies,
        roles.snapshot_date
    from snapshot_roles as roles
    cross join params
    where
        (
            roles.name = params.role
            or roles.arn = params.role
            or roles.role_id = params.role
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), roles.account_id)
        )

),

attached as (

    select
        asked.account_id,
        asked.arn,
        asked.role_id,
        asked.has_namesakes,
        asked.snapshot_date,
        attachments.policy_arn
    from asked
    cross join unnest(asked.attached_policies) as attachments (policy_arn)

),

answers as (

    select
        attached.account_id,
        attached.arn,
        attached.role_id,
        attached.has_namesakes,
        attached.policy_arn as policy,
        policies.document
    from attached
    left join lake.policies as policies
        on
            attached.account_id = policies.account_id
            and attached.snapshot_date = policies.snapshot_date
            and attached.policy_arn = policies.policy_arn

    union all

    select
        asked.account_id,
        asked.arn,
        asked.role_id,
        asked.has_namesakes,
        'inline:' || policies.name as policy,
        policies.document
    from asked
    inner join lake.policies as policies
        on
            asked.account_id = policies.account_id
            and asked.snapshot_date = policies.snapshot_date
            and asked.arn = policies.role_arn

    union all

    select
        account_id,
        arn,
        role_id,
        has_namesakes,
        cast(null as varchar) as policy,
        cast(null as varchar) as document
    from asked
    where attached_policies is null

)

select distinct
    account_id,
    arn as role_arn,
    role_id,
    policy,
    document,
    has_namesakes
from answers
order by
    account_id asc nulls last,
    role_arn asc nulls last,
    role_id asc nulls last,
    policy asc nulls last
