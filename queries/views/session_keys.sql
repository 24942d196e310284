-- Which access key did a role session sign with, and which assumption handed it out?
-- One row per key of a session and assumption of that key, with fits if that one can
-- have made the session; keys that no logged assumption handed out have a row, so have
-- calls without a key, and assumptions whose key signed no logged call (their role_key
-- is null).
--
-- AWS makes every key once, but copied examples repeat them: the role must be the
-- same, by its name where one side has no id, and the calls must lie within the
-- twelve hours that a session can last, give or take the clocks' five seconds.
create view lake.session_keys as
with

grants as (

    select
        assumptions.event_id,
        assumptions.event_time,
        assumptions.assumed_role_arn,
        coalesce(assumptions.assumed_role_id, targets.role_id)
            as assumed_role_id,
        assumptions.assumed_session_name,
        assumptions.assumed_access_key_id,
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
        case
            when assumptions.caller_kind = 'role'
                then assumptions.caller_session_name
        end as caller_session_name,
        case
            when assumptions.caller_kind = 'role'
                then coalesce(
                    assumptions.caller_session_created_at,
                    timestamp '1970-01-01 00:00:00.000000'
                )
        end as caller_created_key,
        assumptions.source_identity
    from lake.merged_assumptions as assumptions
    left join lake.role_names as targets
        on
            case
                when assumptions.assumed_role_id is null
                    then assumptions.assumed_role_arn
            end
            = targets.role_arn
            and assumptions.event_time >= targets.valid_from
            and assumptions.event_time < targets.valid_to
    left join lake.role_names as callers
        on
            case
                when
                    assumptions.caller_kind = 'role'
                    and assumptions.caller_role_id is null
                    then assumptions.caller_role_arn
            end
            = callers.role_arn
            and assumptions.event_time >= callers.valid_from
            and assumptions.event_time < callers.valid_to
    where assumptions.outcome = 'success'

)

select
    ---------- the key of a session
    keys.role_key,
    keys.role_session_name,
    keys.created_key,
    keys.access_key_id,
    keys.account_id,
    keys.source_identity,
    keys.first_seen,
    keys.last_seen,
    keys.events,
    keys.denied,
    ---------- the assumption that handed it out
    grants.event_id,
    grants.event_time,
    grants.assumed_role_arn,
    grants.assumed_role_id,
    grants.assumed_session_name,
    grants.caller,
    grants.caller_kind,
    grants.caller_role_key,
    grants.caller_session_name,
    grants.caller_created_key,
    grants.source_identity as granted_source_identity,
    ---------- whether it made the session
    coalesce(
        keys.first_seen >= grants.event_time - interval '5' second
        and keys.last_seen
        <= grants.event_time + interval '12' hour + interval '5' second
        -- (in this order, for to take an ARN apart is what costs)
        and case
            when keys.role_key = grants.assumed_role_id then true
            when roles.role_id is null or grants.assumed_role_id is null
                then
                    roles.account_and_name
                    = nullif(split_part(grants.assumed_role_arn, ':', 5), '')
                    || '/'
                    || nullif(
                        regexp_extract(grants.assumed_role_arn, '[^/]+$'), ''
                    )
        end,
        false
    ) as fits
from lake.signing_keys as keys
full outer join grants on keys.access_key_id = grants.assumed_access_key_id
left join lake.acting_roles as roles on keys.role_key = roles.role_key;
