-- On which days does the lake hold no event of an account? One row per account
-- and run of missing days inside the window.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as date) as first_day,
        cast(? as date) as last_day

),

accounts as (

    select account_id from lake.coverage

    union

    select account_id from roles

),

present as (

    select distinct
        coverage.account_id,
        coverage.event_date as day
    from lake.coverage as coverage
    cross join params
    where
        coverage.family = 'CloudTrail'
        and coverage.event_date >= params.first_day
        and coverage.event_date <= params.last_day

),

-- The days with events, and one day before and after the window.
marks as (

    select account_id, day from present

    union all

    select
        accounts.account_id,
        cast(params.first_day - interval '1' day as date) as day
    from accounts
    cross join params

    union all

    select
        accounts.account_id,
        cast(params.last_day + interval '1' day as date) as day
    from accounts
    cross join params

),

neighbours as (

    select
        account_id,
        day,
        lead(day) over (partition by account_id order by day asc) as next_day
    from marks

),

gaps as (

    select
        account_id,
        cast(day + interval '1' day as date) as first_day,
        cast(next_day - interval '1' day as date) as last_day
    from neighbours

)

select
    gaps.account_id,
    gaps.first_day,
    gaps.last_day,
    cast(
        (
            to_unixtime(cast(gaps.last_day as timestamp(6)))
            - to_unixtime(cast(gaps.first_day as timestamp(6)))
        ) / 86400 as bigint
    ) + 1 as days
from gaps
cross join params
where
    gaps.first_day <= gaps.last_day
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), gaps.account_id)
    )
order by gaps.account_id asc nulls last, gaps.first_day asc
