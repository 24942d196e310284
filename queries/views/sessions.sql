-- One row per session of a role: role, session name, creation time (design
-- 9.5), with the assumption that made it and the origin of its chain (P6). A
-- session of which no call is logged has the time of its assumption as creation
-- time and no first_seen. A record without a role id counts for the role that its
-- ARN stood for at the time.
create view sessions as
select
    ---------- the session
    made.account_id,
    made.role_arn,
    made.role_name,
    made.role_id,
    made.role_session_name,
    made.session_created_at,
    ---------- its calls
    made.first_seen,
    made.last_seen,
    cast(made.events as bigint) as events,
    cast(made.denied as bigint) as denied,
    ---------- who is behind it
    made.assumption_event_id,
    made.assumed_at,
    made.caller,
    made.caller_kind,
    coalesce(chains.origin, made.origin) as origin,
    coalesce(
        case
            when chains.origin is not null then chains.origin_kind
            else made.origin_kind
        end,
        'unknown'
    ) as origin_kind,
    case when chains.origin is not null then made.caller end as via_role,
    made.source_identity
from lake.made_sessions as made
left join lake.session_chains as chains
    on
        made.caller_role_key = chains.role_key
        and made.caller_session_name = chains.role_session_name
        and made.caller_created_key = chains.created_key;
