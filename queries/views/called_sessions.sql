-- The sessions that made calls: one row per role, session name and creation time
-- (design 9.5), with the assumption that handed out one of their keys, the first if
-- several did; event_time is null where none is logged. Nearly every session has one row
-- of session_keys, and only the others are brought together.
create view lake.called_sessions as
with

parts as (

    select
        keys.*,
        -- of the rows of one key, which has as many as assumptions
        row_number() over (
            partition by
                keys.role_key,
                keys.role_session_name,
                keys.created_key,
                keys.access_key_id
            order by keys.event_time asc, keys.event_id asc
        ) as place_of_key
    from lake.session_keys as keys
    inner join lake.multikey_sessions as several
        on
            keys.role_key = several.role_key
            and keys.role_session_name = several.role_session_name
            and keys.created_key = several.created_key

),

wholes as (

    select
        role_key,
        role_session_name,
        created_key,
        max(account_id) over session as account_id,
        max(source_identity) over session as source_identity,
        min(first_seen) over session as first_seen,
        max(last_seen) over session as last_seen,
        sum(case when place_of_key = 1 then events end) over session as events,
        sum(case when place_of_key = 1 then denied end) over session as denied,
        fits,
        event_id,
        event_time,
        caller,
        caller_kind,
        caller_role_key,
        caller_session_name,
        caller_created_key,
        row_number() over (
            partition by role_key, role_session_name, created_key
            order by fits desc, event_time asc, event_id asc
        ) as place
    from parts
    window session as (
        partition by role_key, role_session_name, created_key
    )

),

sessions as (

    select
        keys.role_key,
        keys.role_session_name,
        keys.created_key,
        keys.account_id,
        keys.source_identity,
        keys.first_seen,
        keys.last_seen,
        keys.events,
        keys.denied,
        keys.fits,
        keys.event_id,
        keys.event_time,
        keys.caller,
        keys.caller_kind,
        keys.caller_role_key,
        keys.caller_session_name,
        keys.caller_created_key
    from lake.session_keys as keys
    left join lake.multikey_sessions as several
        on
            keys.role_key = several.role_key
            and keys.role_session_name = several.role_session_name
            and keys.created_key = several.created_key
    where keys.role_key is not null and several.role_key is null

    union all

    select
        role_key,
        role_session_name,
        created_key,
        account_id,
        source_identity,
        first_seen,
        last_seen,
        cast(events as bigint) as events,
        cast(denied as bigint) as denied,
        fits,
        event_id,
        event_time,
        caller,
        caller_kind,
        caller_role_key,
        caller_session_name,
        caller_created_key
    from wholes
    where place = 1

)

select
    role_key,
    role_session_name,
    created_key,
    account_id,
    source_identity,
    first_seen,
    last_seen,
    events,
    denied,
    case when fits then event_id end as event_id,
    case when fits then event_time end as event_time,
    case when fits then caller end as caller,
    case when fits then caller_kind end as caller_kind,
    case when fits then caller_role_key end as caller_role_key,
    case when fits then caller_session_name end as caller_session_name,
    case when fits then caller_created_key end as caller_created_key
from sessions;
