-- The sessions of roles with the assumption that made each, its caller, and who is
-- behind it (origin) as far as the assumption or the role tells by itself. One row per
-- role, session name and creation time (design 9.5): a caller's session is found by
-- role_key, role_session_name and created_key.
create view lake.made_sessions as
with

known as (

    select
        called.role_key,
        roles.role_id,
        roles.role_arn,
        roles.role_name,
        coalesce(roles.account_id, called.account_id) as account_id,
        called.role_session_name,
        called.created_key,
        nullif(called.created_key, timestamp '1970-01-01 00:00:00.000000')
            as session_created_at,
        called.first_seen,
        called.last_seen,
        called.events,
        called.denied,
        called.source_identity,
        coalesce(called.event_id, made.event_id) as assumption_event_id,
        coalesce(called.event_time, made.event_time) as assumed_at,
        coalesce(called.caller, made.caller) as caller,
        coalesce(called.caller_kind, made.caller_kind) as caller_kind,
        coalesce(called.caller_role_key, made.caller_role_key)
            as caller_role_key,
        coalesce(called.caller_session_name, made.caller_session_name)
            as caller_session_name,
        coalesce(called.caller_created_key, made.caller_created_key)
            as caller_created_key
    from lake.called_sessions as called
    left join lake.keyless_sessions as made
        on
            called.role_key = made.role_key
            and called.role_session_name = made.role_session_name
            and called.created_key = made.created_key
            and made.place = 1
    left join lake.acting_roles as roles on called.role_key = roles.role_key

),

sessions as (

    select * from known

    union all

    select * from lake.silent_sessions

)

-- Where no assumption is logged, or its caller unknown, some roles tell by
-- themselves who stands behind them.
select
    sessions.*,
    case
        when caller is not null then caller
        when role_arn like '%/AWSReservedSSO#_%' escape '#'
            then 'sso:' || role_session_name
        when strpos(role_arn, ':role/aws-service-role/') > 0
            then split_part(role_arn, '/', 3)
        when regexp_like(role_session_name, '^i-[0-9a-f]+$')
            then 'ec2.amazonaws.com'
    end as origin,
    case
        when caller is not null then caller_kind
        when role_arn like '%/AWSReservedSSO#_%' escape '#'
            then 'identity_center'
        when strpos(role_arn, ':role/aws-service-role/') > 0
            then 'service'
        when regexp_like(role_session_name, '^i-[0-9a-f]+$')
            then 'service'
    end as origin_kind
from sessions;
