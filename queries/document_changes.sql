-- Which events tell what documents roles and policies had, and whom changes of permission
-- sets and of the organisation reach? One row per change that succeeded, the oldest first: what was in force before a change is told by those before
-- it, so the window has no beginning here.
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: only then it leaves out files by their days.
given as (

    select ? as until

),

params as (

    select
        cast(given.until as timestamp(6)) as until,
        cast(? as varchar) as accounts
    from given

)

select
    events.event_time,
    events.event_id,
    events.recipient_account_id as account_id,
    events.event_source,
    events.event_name,
    events.request_parameters,
    events.response_elements
from events
cross join params
where
    -- (A comparison, as in changes: DuckDB passes over row groups by it.)
    events.change >= ''
    and events.event_source in (
        'iam.amazonaws.com',
        'organizations.amazonaws.com',
        'sso.amazonaws.com'
    )
    and events.outcome = 'success'
    and events.event_date <= cast(? as date)
    and events.event_time < params.until
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), events.recipient_account_id)
    )
order by
    events.event_time asc,
    events.event_id asc nulls last,
    events.recipient_account_id asc nulls last
