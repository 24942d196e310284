-- Nearly every key has one row in what compaction wrote, which is all there is to tell of it.
-- Only the others are brought together: those of several days, of days that are not compact, and of
-- records that leave the role's id out. To tell them by a number alone takes a tenth of the
-- memory that it would take to group all.
create or replace table kept.repeated_keys as
select
    number,
    case when count(*) over () > 400000 then number >> 62 else 0 end as part
from (
    select
        hash(
            coalesce(session_created_at, timestamp '1970-01-01 00:00:00.000000'),
            role_session_name,
            access_key_id
        ) as number,
        role_id is null as is_other
    from lake.session_days
    where role_session_name is not null

    union all

    select
        hash(
            coalesce(session_created_at, timestamp '1970-01-01 00:00:00.000000'),
            role_session_name,
            identity_access_key_id
        ) as number,
        true as is_other
    from lake.loose_events
    where role_session_name is not null
)
group by number
having count(*) > 1 or bool_or(is_other);

-- Of millions a quarter at a time, of which each fits into memory: where a grouping goes
-- beyond its limit, DuckDB 1.4 may crash.
create or replace macro kept.brought_together(wanted) as table
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
inner join kept.repeated_keys as repeated
    on
        hash(
            coalesce(
                calls.session_created_at,
                timestamp '1970-01-01 00:00:00.000000'
            ),
            calls.role_session_name,
            calls.access_key_id
        )
        = repeated.number
        and repeated.part = wanted
left join lake.role_names as role_names
    on
        case when calls.role_id is null then calls.role_arn end
        = role_names.role_arn
        and calls.first_seen >= role_names.valid_from
        and calls.first_seen < role_names.valid_to
where calls.role_session_name is not null
group by all;

create or replace table kept.signing_keys as from kept.brought_together(0);

insert into kept.signing_keys from kept.brought_together(1);

insert into kept.signing_keys from kept.brought_together(2);

insert into kept.signing_keys from kept.brought_together(3);

create or replace view lake.signing_keys as
select
    role_id as role_key,
    role_session_name,
    coalesce(session_created_at, timestamp '1970-01-01 00:00:00.000000')
        as created_key,
    access_key_id,
    account_id,
    source_identity,
    first_seen,
    last_seen,
    events,
    denied
from lake.session_days
where
    role_session_name is not null
    and hash(
        coalesce(session_created_at, timestamp '1970-01-01 00:00:00.000000'),
        role_session_name,
        access_key_id
    )
    not in (select number from kept.repeated_keys)

union all

select * from kept.signing_keys;
