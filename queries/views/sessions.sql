-- One row per session of a role: role, session name, creation time (design
-- 9.5), with the assumption that made it and the origin of its chain (P6). A
-- session of which no call is logged has the time of its assumption as creation
-- time and no first_seen. A record without a role id counts for the role that its
-- ARN stood for at the time.
create view sessions as
with

calls as (

    select
        role_id,
        role_arn,
        case when role_id is null then first_seen end as unnamed_at,
        role_session_name,
        session_created_at,
        access_key_id,
        source_identity,
        max(account_id) as account_id,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(events) as events,
        sum(denied) as denied
    from lake.session_calls
    where role_session_name is not null
    group by
        role_id,
        role_arn,
        case when role_id is null then first_seen end,
        role_session_name,
        session_created_at,
        access_key_id,
        source_identity

),

named as (

    select
        coalesce(calls.role_id, role_names.role_id, calls.role_arn) as role_key,
        coalesce(calls.role_id, role_names.role_id) as role_id,
        calls.role_arn,
        calls.role_session_name,
        coalesce(calls.session_created_at, timestamp '1970-01-01 00:00:00.000000')
            as created_key,
        calls.session_created_at,
        calls.access_key_id,
        calls.source_identity,
        calls.account_id,
        calls.first_seen,
        calls.last_seen,
        calls.events,
        calls.denied
    from calls
    left join lake.role_names as role_names
        on
            calls.role_arn = role_names.role_arn
            and calls.unnamed_at >= role_names.valid_from
            and calls.unnamed_at < role_names.valid_to

),

called as (

    select
        role_key,
        role_session_name,
        created_key,
        max(role_id) as role_id,
        max(role_arn) as role_arn,
        coalesce(nullif(split_part(max(role_arn), ':', 5), ''), max(account_id))
            as account_id,
        max(session_created_at) as session_created_at,
        max(source_identity) as source_identity,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(events) as events,
        sum(denied) as denied
    from named
    group by role_key, role_session_name, created_key

),

grants as (

    select
        assumptions.event_id,
        assumptions.event_time,
        assumptions.account_id,
        assumptions.assumed_role_arn,
        assumptions.assumed_role_name,
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
        assumptions.caller_session_name,
        coalesce(
            assumptions.caller_session_created_at,
            timestamp '1970-01-01 00:00:00.000000'
        ) as caller_created_key,
        assumptions.source_identity
    from assumptions
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
    where assumptions.outcome = 'success'

),

keys as (

    select
        role_key,
        role_session_name,
        created_key,
        access_key_id,
        max(role_id) as role_id,
        max(role_arn) as role_arn,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from named
    where access_key_id is not null
    group by role_key, role_session_name, created_key, access_key_id

),

-- The access key the assumption handed out signs the session's calls. AWS makes
-- every key once, but copied examples repeat them: the role must be the same, by
-- its name where one side has no id, and the calls must lie within the twelve
-- hours that a session can last, give or take the clocks' five seconds.
by_key as (

    select
        keys.role_key,
        keys.role_session_name,
        keys.created_key,
        grants.event_id,
        grants.event_time,
        grants.caller,
        grants.caller_kind,
        grants.caller_role_key,
        grants.caller_session_name,
        grants.caller_created_key,
        row_number() over (
            partition by
                keys.role_key, keys.role_session_name, keys.created_key
            order by grants.event_time asc, grants.event_id asc
        ) as place
    from keys
    inner join grants on keys.access_key_id = grants.assumed_access_key_id
    where
        (
            keys.role_id = grants.assumed_role_id
            or (
                (keys.role_id is null or grants.assumed_role_id is null)
                and split_part(keys.role_arn, ':', 5) = grants.account_id
                and regexp_extract(keys.role_arn, '[^/]+$')
                = grants.assumed_role_name
            )
        )
        and keys.first_seen >= grants.event_time - interval '5' second
        and keys.last_seen
        <= grants.event_time + interval '12' hour + interval '5' second

),

-- Consoles mint a key per request: there, name and creation time tell. Slots of
-- five seconds keep the join an equality, so that a busy session name is not
-- paired with every assumption of it.
unmatched as (

    select
        called.role_key,
        called.role_id,
        called.role_arn,
        called.role_session_name,
        called.created_key,
        called.session_created_at
    from called
    left join by_key
        on
            called.role_key = by_key.role_key
            and called.role_session_name = by_key.role_session_name
            and called.created_key = by_key.created_key
    where
        by_key.role_key is null
        and called.session_created_at is not null

),

keyless as (

    select
        unmatched.role_key,
        unmatched.role_id,
        unmatched.role_arn,
        unmatched.role_session_name,
        unmatched.created_key,
        cast(floor(to_unixtime(unmatched.session_created_at) / 5) as bigint)
        + slots.shift as slot
    from unmatched
    cross join (values (-1), (0), (1)) as slots (shift)

),

unclaimed as (

    select
        grants.event_id,
        grants.event_time,
        grants.assumed_role_id,
        grants.assumed_role_arn,
        grants.assumed_session_name,
        grants.caller,
        grants.caller_kind,
        grants.caller_role_key,
        grants.caller_session_name,
        grants.caller_created_key,
        cast(floor(to_unixtime(grants.event_time) / 5) as bigint) as slot
    from grants
    left join by_key on grants.event_id = by_key.event_id
    where by_key.event_id is null

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
            keyless.role_arn = unclaimed.assumed_role_arn
            and keyless.role_session_name = unclaimed.assumed_session_name
            and keyless.slot = unclaimed.slot
    where unclaimed.assumed_role_id is null or keyless.role_id is null

),

by_time as (

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
        and created_key <= event_time + interval '5' second

),

made as (

    select *
    from by_key
    where place = 1

    union all

    select *
    from by_time
    where place = 1

),

known as (

    select
        called.role_key,
        called.role_id,
        called.role_arn,
        called.account_id,
        called.role_session_name,
        called.created_key,
        called.session_created_at,
        called.first_seen,
        called.last_seen,
        called.events,
        called.denied,
        called.source_identity,
        made.event_id as assumption_event_id,
        made.event_time as assumed_at,
        made.caller,
        made.caller_kind,
        made.caller_role_key,
        made.caller_session_name,
        made.caller_created_key
    from called
    left join made
        on
            called.role_key = made.role_key
            and called.role_session_name = made.role_session_name
            and called.created_key = made.created_key

),

-- Assumptions without a logged call are sessions too (design 9.24), those of one
-- role, name and time the same one.
silent as (

    select
        role_key,
        assumed_role_id as role_id,
        assumed_role_arn as role_arn,
        account_id,
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
        from grants
        left join made on grants.event_id = made.event_id
        left join called
            on
                coalesce(grants.assumed_role_id, grants.assumed_role_arn)
                = called.role_key
                and grants.assumed_session_name = called.role_session_name
                and grants.event_time = called.created_key
        where
            made.event_id is null
            and called.role_key is null
            and coalesce(grants.assumed_role_id, grants.assumed_role_arn)
            is not null

    ) as unmade
    where place = 1

),

-- Where no assumption is logged, or its caller unknown, some roles tell by
-- themselves who stands behind them.
every as (

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
    from (

        select * from known

        union all

        select * from silent

    ) as sessions

),

-- The sessions that made other sessions: the inner links of the chains. A
-- caller's session always has a logged call, for its AssumeRole is one. (A caller
-- that is no role has no caller_role_key; a condition on one side alone
-- in a left join would make DuckDB compare every pair.)
links as (

    select
        every.role_key,
        every.role_session_name,
        every.created_key,
        every.caller_role_key,
        every.caller_session_name,
        every.caller_created_key,
        every.origin,
        every.origin_kind
    from every
    inner join (
        select distinct
            caller_role_key,
            caller_session_name,
            caller_created_key
        from every
        where caller_role_key is not null
    ) as callers
        on
            every.role_key = callers.caller_role_key
            and every.role_session_name = callers.caller_session_name
            and every.created_key = callers.caller_created_key
    where every.first_seen is not null

),

-- From the direct caller five steps back, as far as the logs go.
chains as (

    select
        step1.role_key,
        step1.role_session_name,
        step1.created_key,
        coalesce(
            step5.origin, step4.origin, step3.origin, step2.origin, step1.origin
        ) as origin,
        case
            when step5.origin is not null then step5.origin_kind
            when step4.origin is not null then step4.origin_kind
            when step3.origin is not null then step3.origin_kind
            when step2.origin is not null then step2.origin_kind
            else step1.origin_kind
        end as origin_kind
    from links as step1
    left join links as step2
        on
            step1.caller_role_key = step2.role_key
            and step1.caller_session_name = step2.role_session_name
            and step1.caller_created_key = step2.created_key
    left join links as step3
        on
            step2.caller_role_key = step3.role_key
            and step2.caller_session_name = step3.role_session_name
            and step2.caller_created_key = step3.created_key
    left join links as step4
        on
            step3.caller_role_key = step4.role_key
            and step3.caller_session_name = step4.role_session_name
            and step3.caller_created_key = step4.created_key
    left join links as step5
        on
            step4.caller_role_key = step5.role_key
            and step4.caller_session_name = step5.role_session_name
            and step4.caller_created_key = step5.created_key

)

select
    ---------- the session
    every.account_id,
    every.role_arn,
    nullif(regexp_extract(every.role_arn, '[^/]+$'), '') as role_name,
    every.role_id,
    every.role_session_name,
    every.session_created_at,
    ---------- its calls
    every.first_seen,
    every.last_seen,
    cast(every.events as bigint) as events,
    cast(every.denied as bigint) as denied,
    ---------- who is behind it
    every.assumption_event_id,
    every.assumed_at,
    every.caller,
    every.caller_kind,
    coalesce(chains.origin, every.origin) as origin,
    coalesce(
        case
            when chains.origin is not null then chains.origin_kind
            else every.origin_kind
        end,
        'unknown'
    ) as origin_kind,
    case when chains.origin is not null then every.caller end as via_role,
    every.source_identity
from every
left join chains
    on
        every.caller_role_key = chains.role_key
        and every.caller_session_name = chains.role_session_name
        and every.caller_created_key = chains.created_key;
