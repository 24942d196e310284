-- Which sessions of roles touch the window, who made each, and what did it do? One row
-- per session, the newest first, at most ten thousand.
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
        cast(? as varchar) as accounts,
        cast(? as varchar) as role,
        cast(? as varchar) as caller
    from given

),

chosen as (

    select sessions.*
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
            params.role is null
            or sessions.role_id = params.role
            or sessions.role_arn = params.role
            or sessions.role_name = params.role
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), sessions.account_id)
        )
        and (
            params.caller is null
            or sessions.origin like params.caller escape '#'
        )

),

-- What an ARN alone names is the role that had it at the time, as in view sessions.
called as (

    select
        coalesce(role_use.role_id, names.role_id, role_use.role_arn)
            as role_key,
        role_use.role_session_name,
        coalesce(
            role_use.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        ) as created_key,
        array_agg(
            distinct split_part(role_use.iam_action, ':', 1)
            order by split_part(role_use.iam_action, ':', 1) asc
        ) as services
    from role_use
    cross join params
    left join lake.role_names as names
        on
            case when role_use.role_id is null then role_use.role_arn end
            = names.role_arn
            and role_use.event_time >= names.valid_from
            and role_use.event_time < names.valid_to
    where
        role_use.event_date >= cast(? as date)
        and role_use.event_date <= cast(? as date)
        and role_use.event_time >= params.since
        and role_use.event_time < params.until
        and role_use.role_session_name is not null
        and role_use.iam_action is not null
        and (
            params.role is null
            -- What a record leaves out, the session tells.
            or role_use.role_id is null
            or role_use.role_arn is null
            or role_use.role_id = params.role
            or role_use.role_arn = params.role
            or role_use.role_name = params.role
        )
    group by
        coalesce(role_use.role_id, names.role_id, role_use.role_arn),
        role_use.role_session_name,
        coalesce(
            role_use.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        )

)

select
    chosen.account_id,
    chosen.role_arn,
    chosen.role_id,
    chosen.role_session_name,
    chosen.session_created_at,
    chosen.first_seen,
    chosen.last_seen,
    chosen.events,
    chosen.denied,
    called.services,
    chosen.origin as caller,
    chosen.origin_kind as caller_kind,
    chosen.via_role,
    chosen.assumption_event_id as evidence,
    -- How many rows there are, with those that are left out below.
    count(*) over () as found
from chosen
left join called
    on
        coalesce(chosen.role_id, chosen.role_arn) = called.role_key
        and chosen.role_session_name = called.role_session_name
        and coalesce(
            chosen.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        )
        = called.created_key
order by
    coalesce(chosen.last_seen, chosen.assumed_at) desc,
    chosen.session_created_at desc nulls last,
    chosen.role_id asc nulls last,
    chosen.role_arn asc nulls last,
    chosen.role_session_name asc nulls last,
    chosen.assumption_event_id asc nulls last
fetch first 10000 rows only
