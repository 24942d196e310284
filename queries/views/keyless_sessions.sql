-- Which assumption made a session whose keys do not tell? One row per session and
-- assumption of the same role, session name and time, give or take the clocks' five
-- seconds; place is 1 for the nearest.
--
-- Consoles mint a key per request: there, name and creation time tell. Slots of
-- five seconds keep the join an equality, so that a busy session name is not
-- paired with every assumption of it.
create view lake.keyless_sessions as
with

keyless as (

    select
        called.role_key,
        called.role_session_name,
        called.created_key,
        roles.role_id,
        roles.account_and_name,
        cast(floor(to_unixtime(called.created_key) / 5) as bigint) + slots.shift
            as slot
    from lake.called_sessions as called
    left join lake.acting_roles as roles on called.role_key = roles.role_key
    cross join (values (-1), (0), (1)) as slots (shift)
    where
        called.event_time is null
        and called.created_key > timestamp '1970-01-01 00:00:00.000000'

),

unclaimed as (

    select
        grants.*,
        nullif(split_part(grants.assumed_role_arn, ':', 5), '') || '/'
        || nullif(regexp_extract(grants.assumed_role_arn, '[^/]+$'), '')
            as account_and_name,
        cast(floor(to_unixtime(grants.event_time) / 5) as bigint) as slot
    from lake.spare_assumptions as grants
    where not grants.fits

),

near as (

    select
        keyless.role_key,
        keyless.role_session_name,
        keyless.created_key,
        unclaimed.event_id,
        unclaimed.event_time,
        unclaimed.caller,
        unclaimed.caller_kind,
        unclaimed.caller_role_key,
        unclaimed.caller_session_name,
        unclaimed.caller_created_key
    from keyless
    inner join unclaimed
        on
            keyless.role_id = unclaimed.assumed_role_id
            and keyless.role_session_name = unclaimed.assumed_session_name
            and keyless.slot = unclaimed.slot

    union all

    select
        keyless.role_key,
        keyless.role_session_name,
        keyless.created_key,
        unclaimed.event_id,
        unclaimed.event_time,
        unclaimed.caller,
        unclaimed.caller_kind,
        unclaimed.caller_role_key,
        unclaimed.caller_session_name,
        unclaimed.caller_created_key
    from keyless
    inner join unclaimed
        on
            keyless.account_and_name = unclaimed.account_and_name
            and keyless.role_session_name = unclaimed.assumed_session_name
            and keyless.slot = unclaimed.slot
    where unclaimed.assumed_role_id is null or keyless.role_id is null

)

select
    near.*,
    row_number() over (
        partition by role_key, role_session_name, created_key
        order by
            greatest(created_key, event_time)
            - least(created_key, event_time) asc,
            event_time asc,
            event_id asc
    ) as place
from near
where
    created_key >= event_time - interval '5' second
    and created_key <= event_time + interval '5' second;
