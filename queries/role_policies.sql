-- Which policies does this role have, or does each? One row per role and policy.
with

params as (

    select
        cast(? as timestamp(6)) as until,
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

named as (

    select
        roles.account_id,
        roles.arn,
        roles.role_id,
        roles.has_namesakes,
        roles.attached_policies,
        -- Patterns that fit no action of the catalogue, over the limit of them.
        coalesce(
            roles.attached_policies is not null
            and contains(roles.unread_policies, '…'),
            false
        ) as has_more_patterns,
        roles.snapshot_date
    from snapshot_roles as roles
    cross join params
    where
        (
            params.role is null
            or roles.name = params.role
            or roles.arn = params.role
            or roles.role_id = params.role
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), roles.account_id)
        )

),

-- Which of the names bears a role since that no inventory has: of that one nobody knows
-- the policies.
remade as (

    select distinct
        named.arn,
        named.snapshot_date
    from named
    inner join lake.uses as uses on named.arn = uses.role_arn
    cross join params
    left join lake.inventory as known_roles
        on uses.role_id = known_roles.role_key
    where
        uses.role_id is not null
        and known_roles.role_key is null
        -- (They are of one day each.)
        and uses.last_seen >= cast(named.snapshot_date as timestamp(6))
        and uses.first_seen < params.until

),

asked as (

    select
        named.*,
        remade.arn is not null as is_remade
    from named
    left join remade
        on
            named.arn = remade.arn
            and named.snapshot_date = remade.snapshot_date

),

attached as (

    select
        asked.account_id,
        asked.arn,
        asked.role_id,
        asked.has_namesakes,
        asked.has_more_patterns,
        asked.is_remade,
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
        attached.has_more_patterns,
        attached.is_remade,
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
        asked.has_more_patterns,
        asked.is_remade,
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
        has_more_patterns,
        is_remade,
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
    has_namesakes,
    has_more_patterns,
    is_remade
from answers
order by
    account_id asc nulls last,
    role_arn asc nulls last,
    role_id asc nulls last,
    policy asc nulls last
