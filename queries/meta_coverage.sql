-- How much of the window does the lake hold? One row per account that any log
-- file or the inventory names.
with

params as (

    select
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as double) as thin_share,
        cast(? as date) as first_day,
        cast(? as date) as last_day,
        cast(? as bigint) as window_days

),

accounts as (

    select account_id from lake.coverage

    union

    select account_id from roles

),

held as (

    select
        coverage.account_id,
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
        ) as days_present,
        coalesce(
            sum(coverage.events) filter (
                where coverage.event_date >= params.first_day
            ),
            0
        ) as events
    from coverage
    cross join params
    where
        coverage.family = 'CloudTrail'
        and coverage.event_date <= params.last_day
        and coverage.first_event < params.until
    group by coverage.account_id

)

select
    accounts.account_id,
    held.first_event,
    held.last_event,
    coalesce(held.days_present, 0) as days_present,
    params.window_days - coalesce(held.days_present, 0) as days_missing,
    cast(coalesce(held.events, 0) as bigint) as events,
    coalesce(held.days_present, 0) < params.thin_share * params.window_days
        as thin
from accounts
cross join params
left join held on accounts.account_id = held.account_id
where
    params.accounts is null
    or contains(split(params.accounts, ','), accounts.account_id)
order by accounts.account_id asc nulls last
