-- Which were the newest sessions of each role in the window? One row per session, at
-- most five of a role.
with

params as (

    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts

),

-- When the fifth newest session of each role was: to rank them all would be to sort
-- millions.
fifth as (

    select
        coalesce(sessions.role_id, sessions.role_arn) as role_key,
        array_min(max(coalesce(sessions.last_seen, sessions.assumed_at), 5))
            as seen_at
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
            params.accounts is null
            or contains(split(params.accounts, ','), sessions.account_id)
        )
    group by coalesce(sessions.role_id, sessions.role_arn)

),

ranked as (

    select
        sessions.account_id,
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
        sessions.assumption_event_id as evidence,
        row_number() over (
            partition by coalesce(sessions.role_id, sessions.role_arn)
            order by
                coalesce(sessions.last_seen, sessions.assumed_at) desc,
                sessions.session_created_at desc nulls last,
                sessions.role_session_name asc nulls last,
                sessions.assumption_event_id asc nulls last
        ) as place
    from sessions
    inner join fifth
        on
            coalesce(sessions.role_id, sessions.role_arn) = fifth.role_key
            and coalesce(sessions.last_seen, sessions.assumed_at)
            >= fifth.seen_at
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
            params.accounts is null
            or contains(split(params.accounts, ','), sessions.account_id)
        )

)

select
    account_id,
    role_arn,
    role_id,
    role_session_name,
    session_created_at,
    first_seen,
    last_seen,
    events,
    denied,
    caller,
    caller_kind,
    via_role,
    evidence
from ranked
where place <= 5
order by
    account_id asc nulls last,
    -- not by the ARN: some sessions of a role have none, or one without the path
    coalesce(role_id, role_arn) asc,
    place asc
