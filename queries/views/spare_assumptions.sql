-- Which successful assumptions handed out no key by which a session is known? One row
-- each: no call with its key is logged, or the calls are not of the role assumed, or the
-- session has another key from an earlier one. fits is true of the last: such a one made no
-- session of its own that is known, but is no candidate for sessions whose keys do not tell.
create view lake.spare_assumptions as
with

spare as (

    select
        keys.event_id,
        keys.event_time,
        keys.assumed_role_arn,
        keys.assumed_role_id,
        keys.assumed_session_name,
        keys.caller,
        keys.caller_kind,
        keys.caller_role_key,
        keys.caller_session_name,
        keys.caller_created_key,
        keys.granted_source_identity as source_identity,
        bool_or(keys.fits) as fits
    from lake.session_keys as keys
    left join lake.multikey_sessions as several
        on
            keys.role_key = several.role_key
            and keys.role_session_name = several.role_session_name
            and keys.created_key = several.created_key
    where
        keys.event_time is not null
        and (not keys.fits or several.role_key is not null)
    group by
        keys.event_id,
        keys.event_time,
        keys.assumed_role_arn,
        keys.assumed_role_id,
        keys.assumed_session_name,
        keys.caller,
        keys.caller_kind,
        keys.caller_role_key,
        keys.caller_session_name,
        keys.caller_created_key,
        keys.granted_source_identity

)

select spare.*
from spare
left join lake.called_sessions as called
    on spare.event_id = called.event_id
where called.event_id is null;
