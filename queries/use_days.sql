-- On which days of the window did each role act? One row per role and such day.
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: only then it leaves out files by their days.
given as (

    select ? as accounts

),

params as (

    select
        cast(given.accounts as varchar) as accounts,
        cast(? as date) as inventory_date
    from given

),

-- The days in which the window begins and ends are read event by event, because only part
-- of them counts.
calls as (

    select
        role_id,
        role_arn,
        account_id,
        first_seen,
        event_date,
        calls,
        denied
    from lake.session_calls
    where
        event_date >= cast(? as date)
        and event_date <= cast(? as date)
        and first_seen >= cast(? as timestamp(6))
        and last_seen < cast(? as timestamp(6))

    union all

    select
        role_id,
        role_arn,
        account_id,
        first_seen,
        event_date,
        calls,
        denied
    from lake.event_calls
    where
        event_date in (cast(? as date), cast(? as date))
        and first_seen >= cast(? as timestamp(6))
        and first_seen < cast(? as timestamp(6))
        and (
            first_seen < cast(? as timestamp(6))
            or first_seen >= cast(? as timestamp(6))
        )

),

acts as (

    select
        role_id,
        role_arn,
        case when role_id is null then first_seen end as unnamed_at,
        event_date,
        max(account_id) as account_id,
        sum(calls) as uses,
        sum(denied) as denied
    from calls
    group by
        role_id,
        role_arn,
        case when role_id is null then first_seen end,
        event_date

),

-- An ARN alone is the role that it stood for at the time.
named as (

    select
        coalesce(acts.role_id, role_names.role_key) as role_key,
        coalesce(acts.role_id, role_names.role_id) as role_id,
        acts.role_arn,
        coalesce(
            nullif(split_part(acts.role_arn, ':', 5), ''), acts.account_id
        ) as account_id,
        acts.event_date,
        acts.uses,
        acts.denied
    from acts
    left join lake.role_names as role_names
        on
            acts.role_arn = role_names.role_arn
            and acts.unnamed_at >= role_names.valid_from
            and acts.unnamed_at < role_names.valid_to

),

summed as (

    select
        role_key,
        event_date,
        max(account_id) as account_id,
        max(role_arn) as role_arn,
        max(role_id) as role_id,
        cast(sum(uses) as bigint) as uses,
        cast(sum(denied) as bigint) as denied
    from named
    group by role_key, event_date

),

-- The inventory knows paths that the records may lack.
inventory as (

    select
        roles.role_key,
        max(roles.account_id) as account_id,
        max(roles.arn) as arn
    from lake.inventory as roles
    cross join params
    where
        (
            params.inventory_date is null
            or roles.snapshot_date <= params.inventory_date
        )
        and (
            roles.replaced_on is null
            or roles.replaced_on > params.inventory_date
        )
    group by roles.role_key

),

answers as (

    select
        coalesce(inventory.account_id, summed.account_id) as account_id,
        coalesce(inventory.arn, summed.role_arn) as role_arn,
        summed.role_id,
        summed.role_key,
        summed.event_date,
        summed.uses,
        summed.denied
    from summed
    left join inventory on summed.role_key = inventory.role_key

)

select
    answers.account_id,
    answers.role_arn,
    answers.role_id,
    answers.event_date,
    answers.uses,
    answers.denied
from answers
cross join params
where
    params.accounts is null
    or contains(split(params.accounts, ','), answers.account_id)
order by
    answers.account_id asc nulls last,
    answers.role_arn asc nulls last,
    answers.role_id asc nulls last,
    answers.event_date asc,
    answers.role_key asc nulls last
