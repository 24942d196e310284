-- Which services did roles use in the window, and how much? One row per service.
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: only then it leaves out files by their days.
given as (

    select ? as since

),

params as (

    select
        cast(given.since as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts
    from given

)

select
    split_part(role_use.iam_action, ':', 1) as service,
    count(*) filter (where role_use.outcome <> 'denied') as uses,
    count(*) filter (where role_use.outcome = 'denied') as denied
from role_use
cross join params
where
    role_use.event_date >= cast(? as date)
    and role_use.event_date <= cast(? as date)
    and role_use.event_time >= params.since
    and role_use.event_time < params.until
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), role_use.account_id)
    )
group by split_part(role_use.iam_action, ':', 1)
order by split_part(role_use.iam_action, ':', 1) asc nulls last
