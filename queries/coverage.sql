-- What does the lake hold, and what is missing? One row per account, Region and
-- log family.
with

params as (

    select
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as date) as first_day,
        cast(? as date) as last_day,
        cast(? as bigint) as window_days

),

held as (

    select
        coverage.account_id,
        coverage.aws_region,
        coverage.family,
        min(coverage.first_event) as first_event,
        max(
            case
                when coverage.last_event < params.until
                    then coverage.last_event
                else coverage.first_event
            end
        ) as last_event,
        count(distinct coverage.event_date) filter (
            where coverage.event_date >= params.first_day
            and coverage.records > 0
        ) as days_present,
        count(distinct coverage.source_object) filter (
            where coverage.event_date >= params.first_day
        ) as objects,
        coalesce(
            sum(coverage.events) filter (
                where coverage.event_date >= params.first_day
            ),
            0
        ) as events
    from coverage
    cross join params
    where
        coverage.event_date <= params.last_day
        and (
            coverage.first_event is null
            or coverage.first_event < params.until
        )
    group by coverage.account_id, coverage.aws_region, coverage.family

),

-- Accounts of the inventory from which no log file came at all.
silent as (

    select distinct roles.account_id
    from roles
    left join held
        on roles.account_id = held.account_id and held.family = 'CloudTrail'
    where held.account_id is null

),

every as (

    select * from held

    union all

    select
        account_id,
        cast(null as varchar) as aws_region,
        'CloudTrail' as family,
        cast(null as timestamp(6)) as first_event,
        cast(null as timestamp(6)) as last_event,
        0 as days_present,
        0 as objects,
        0 as events
    from silent

)

select
    every.account_id,
    every.aws_region,
    every.family,
    every.first_event,
    every.last_event,
    every.days_present,
    params.window_days - every.days_present as days_missing,
    every.objects,
    cast(every.events as bigint) as events
from every
cross join params
where
    params.accounts is null
    or contains(split(params.accounts, ','), every.account_id)
order by
    every.account_id asc nulls last,
    every.aws_region asc nulls last,
    every.family asc nulls last
