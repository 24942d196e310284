-- Which sessions of this role touch the window? One row per session, the newest
-- first, at most ten thousand.
with

params as (

    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role

)

select
    sessions.role_arn,
    sessions.role_id,
    sessions.role_session_name,
    sessions.session_created_at,
    sessions.first_seen,
    sessions.last_seen,
    sessions.events,
    sessions.denied,
    sessions.origin as caller,
    sessions.origin_kind as caller_kind,
    sessions.via_role,
    sessions.assumption_event_id as evidence
from sessions
cross join params
where
    (
        (
            sessions.last_seen >= params.since
            and sessions.first_seen < params.until
        )
        or (
            sessions.assumed_at >= params.since
            and sessions.assumed_at < params.until
        )
    )
    and (
        sessions.role_id = params.role
        or sessions.role_arn = params.role
        or sessions.role_name = params.role
    )
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), sessions.account_id)
    )
order by
    coalesce(sessions.last_seen, sessions.assumed_at) desc,
    sessions.session_created_at desc nulls last,
    sessions.role_id asc nulls last,
    sessions.role_session_name asc nulls last,
    sessions.assumption_event_id asc nulls last
fetch first 10000 rows only
