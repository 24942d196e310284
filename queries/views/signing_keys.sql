-- What did each access key of a role session do? One row per role, session name, creation
-- time and key; calls whose record names no key have a row of their own.
create view lake.signing_keys as
select
    coalesce(calls.role_id, role_names.role_id, calls.role_arn) as role_key,
    calls.role_session_name,
    coalesce(calls.session_created_at, timestamp '1970-01-01 00:00:00.000000')
        as created_key,
    calls.access_key_id,
    max(calls.account_id) as account_id,
    max(calls.source_identity) as source_identity,
    min(calls.first_seen) as first_seen,
    max(calls.last_seen) as last_seen,
    cast(sum(calls.events) as bigint) as events,
    cast(sum(calls.denied) as bigint) as denied
from lake.session_calls as calls
left join lake.role_names as role_names
    on
        case when calls.role_id is null then calls.role_arn end
        = role_names.role_arn
        and calls.first_seen >= role_names.valid_from
        and calls.first_seen < role_names.valid_to
where calls.role_session_name is not null
group by
    coalesce(calls.role_id, role_names.role_id, calls.role_arn),
    calls.role_session_name,
    coalesce(calls.session_created_at, timestamp '1970-01-01 00:00:00.000000'),
    calls.access_key_id;
