-- Who became this role, or tried? One row per origin of the chain, its kind and
-- the role that made the last step.
with

params as (

    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role

),

tries as (

    select
        assumptions.event_time,
        assumptions.event_id,
        assumptions.outcome,
        assumptions.caller,
        assumptions.caller_kind,
        case
            when assumptions.caller_kind = 'role'
                then coalesce(
                    assumptions.caller_role_id,
                    callers.role_id,
                    assumptions.caller_role_arn
                )
        end as caller_role_key,
        assumptions.caller_session_name,
        coalesce(
            assumptions.caller_session_created_at,
            timestamp '1970-01-01 00:00:00.000000'
        ) as caller_created_key,
        assumptions.caller_network as network
    from assumptions
    cross join params
    left join lake.role_names as targets
        on
            assumptions.assumed_role_arn = targets.role_arn
            and assumptions.event_time >= targets.valid_from
            and assumptions.event_time < targets.valid_to
    left join lake.role_names as callers
        on
            assumptions.caller_role_arn = callers.role_arn
            and assumptions.event_time >= callers.valid_from
            and assumptions.event_time < callers.valid_to
    where
        assumptions.event_time < params.until
        and assumptions.outcome in ('success', 'denied')
        and (
            coalesce(assumptions.assumed_role_id, targets.role_id) = params.role
            or assumptions.assumed_role_arn = params.role
            or assumptions.assumed_role_name = params.role
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), assumptions.account_id)
        )

),

---------- the chain behind each try: the origin of the caller's own session

callers as (

    select
        coalesce(role_id, role_arn) as role_key,
        role_session_name,
        coalesce(session_created_at, timestamp '1970-01-01 00:00:00.000000')
            as created_key,
        max(origin) as origin,
        max(origin_kind) as origin_kind
    from sessions
    where first_seen is not null and origin is not null
    group by
        coalesce(role_id, role_arn),
        role_session_name,
        coalesce(session_created_at, timestamp '1970-01-01 00:00:00.000000')

),

traced as (

    select
        tries.event_time,
        tries.event_id,
        tries.outcome,
        coalesce(callers.origin, tries.caller) as caller,
        coalesce(callers.origin_kind, tries.caller_kind, 'unknown')
            as caller_kind,
        case when callers.origin is not null then tries.caller end as via_role,
        tries.network
    from tries
    left join callers
        on
            tries.caller_role_key = callers.role_key
            and tries.caller_session_name = callers.role_session_name
            and tries.caller_created_key = callers.created_key

),

-- Sessions whose assumption no record shows still say who is behind them.
unrecorded as (

    select
        sessions.first_seen,
        sessions.last_seen,
        sessions.origin as caller,
        sessions.origin_kind as caller_kind,
        sessions.via_role
    from sessions
    cross join params
    where
        sessions.assumption_event_id is null
        and sessions.first_seen < params.until
        and (
            sessions.role_id = params.role
            or sessions.role_arn = params.role
            or sessions.role_name = params.role
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), sessions.account_id)
        )

),

seen as (

    select
        caller,
        caller_kind,
        via_role,
        event_time as first_seen,
        event_time as last_seen,
        outcome,
        event_id,
        network
    from traced

    union all

    select
        unrecorded.caller,
        unrecorded.caller_kind,
        unrecorded.via_role,
        unrecorded.first_seen,
        case
            when unrecorded.last_seen < params.until
                then unrecorded.last_seen
            else unrecorded.first_seen
        end as last_seen,
        'session' as outcome,
        cast(null as varchar) as event_id,
        cast(null as varchar) as network
    from unrecorded
    cross join params

),

ranked as (

    select
        seen.*,
        seen.last_seen >= params.since as inside,
        row_number() over (
            partition by seen.caller, seen.caller_kind, seen.via_role
            order by
                case seen.outcome when 'success' then 0 else 1 end asc,
                seen.last_seen desc,
                seen.event_id desc nulls last
        ) as place
    from seen
    cross join params

)

select
    caller,
    caller_kind,
    via_role,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    count(*) filter (where inside and outcome = 'success') as assumptions,
    count(*) filter (where inside and outcome = 'denied') as denied,
    count(*) filter (where inside and outcome = 'session')
        as unrecorded_sessions,
    array_agg(distinct network order by network asc) filter (
        where network is not null
    ) as networks,
    max(case when place = 1 then event_id end) as evidence
from ranked
group by caller, caller_kind, via_role
order by
    caller asc nulls last,
    caller_kind asc nulls last,
    via_role asc nulls last
