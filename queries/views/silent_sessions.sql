-- Which sessions is there no call of? Assumptions without a logged call are sessions too
-- (design 9.24), those of one role, name and time the same one: one row each, with the
-- columns that view made_sessions has of sessions.
create view lake.silent_sessions as
select
    role_key,
    assumed_role_id as role_id,
    assumed_role_arn as role_arn,
    nullif(regexp_extract(assumed_role_arn, '[^/]+$'), '') as role_name,
    nullif(split_part(assumed_role_arn, ':', 5), '') as account_id,
    assumed_session_name as role_session_name,
    timestamp '1970-01-01 00:00:00.000000' as created_key,
    event_time as session_created_at,
    cast(null as timestamp(6)) as first_seen,
    cast(null as timestamp(6)) as last_seen,
    0 as events,
    0 as denied,
    source_identity,
    event_id as assumption_event_id,
    event_time as assumed_at,
    caller,
    caller_kind,
    caller_role_key,
    caller_session_name,
    caller_created_key
from (

    select
        grants.*,
        coalesce(grants.assumed_role_id, grants.assumed_role_arn)
            as role_key,
        row_number() over (
            partition by
                coalesce(grants.assumed_role_id, grants.assumed_role_arn),
                grants.assumed_session_name,
                grants.event_time
            order by grants.event_id desc
        ) as place
    from lake.spare_assumptions as grants
    left join lake.keyless_sessions as keyless
        on grants.event_id = keyless.event_id and keyless.place = 1
    left join lake.called_sessions as called
        on
            coalesce(grants.assumed_role_id, grants.assumed_role_arn)
            = called.role_key
            and grants.assumed_session_name = called.role_session_name
            and grants.event_time = called.created_key
    where
        keyless.event_id is null
        and called.role_key is null
        and coalesce(grants.assumed_role_id, grants.assumed_role_arn)
        is not null

) as unmade
where place = 1;
