-- One row per session of a role that made assumptions and of which the logs tell
-- who stands at the start of its chain (P6, design 9.6). Assumptions alone tell
-- it, which are few: the key that a session was handed signs its own calls of
-- AssumeRole too. View sessions asks all calls.
create view lake.assumption_origins as
with

keys as (

    select
        caller_role_key as role_key,
        caller_session_name as session_name,
        coalesce(caller_created_at, timestamp '1970-01-01 00:00:00')
            as created_key,
        caller_access_key_id as access_key_id,
        max(caller_role_arn) as role_arn,
        max(
            split_part(caller_role_arn, ':', 5) || '/'
            || regexp_extract(caller_role_arn, '[^/]+$')
        ) as role_name,
        max(caller_created_at) as created_at,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from lake.assumption_steps
    where caller_role_key is not null and caller_session_name is not null
    group by
        caller_role_key,
        caller_session_name,
        coalesce(caller_created_at, timestamp '1970-01-01 00:00:00'),
        caller_access_key_id

),

-- AWS makes every key once, but copied examples repeat them: role and time must
-- agree, as in view sessions.
by_key as (

    select
        keys.role_key,
        keys.session_name,
        keys.created_key,
        grants.event_id,
        grants.caller,
        grants.caller_kind,
        grants.caller_role_key,
        grants.caller_session_name,
        grants.caller_created_at,
        row_number() over (
            partition by keys.role_key, keys.session_name, keys.created_key
            order by grants.event_time asc, grants.event_id asc
        ) as place
    from keys
    inner join lake.assumption_steps as grants
        on keys.access_key_id = grants.target_key_id
    where
        grants.outcome = 'success'
        and (
            keys.role_key = grants.target_key
            or keys.role_name
            = split_part(grants.target_arn, ':', 5) || '/'
            || regexp_extract(grants.target_arn, '[^/]+$')
        )
        and keys.first_seen >= grants.event_time - interval '5' second
        and keys.last_seen
        <= grants.event_time + interval '12' hour + interval '5' second

),

stepped as (

    select
        role_key,
        session_name,
        created_key,
        max(role_arn) as role_arn,
        max(created_at) as created_at
    from keys
    group by role_key, session_name, created_key

),

-- Consoles mint a key per request: there, name and creation time tell. Slots of
-- five seconds keep the join an equality.
slotted as (

    select
        stepped.role_key,
        stepped.session_name,
        stepped.created_key,
        cast(floor(to_unixtime(stepped.created_at) / 5) as bigint)
        + slots.shift as slot
    from stepped
    left join by_key
        on
            stepped.role_key = by_key.role_key
            and stepped.session_name = by_key.session_name
            and stepped.created_key = by_key.created_key
    cross join (values (-1), (0), (1)) as slots (shift)
    where by_key.role_key is null and stepped.created_at is not null

),

by_time as (

    select
        slotted.role_key,
        slotted.session_name,
        slotted.created_key,
        unclaimed.event_id,
        unclaimed.caller,
        unclaimed.caller_kind,
        unclaimed.caller_role_key,
        unclaimed.caller_session_name,
        unclaimed.caller_created_at,
        row_number() over (
            partition by
                slotted.role_key, slotted.session_name, slotted.created_key
            order by
                greatest(slotted.created_key, unclaimed.event_time)
                - least(slotted.created_key, unclaimed.event_time) asc,
                unclaimed.event_time asc,
                unclaimed.event_id asc
        ) as place
    from slotted
    inner join (
        select
            grants.event_id,
            grants.event_time,
            grants.target_key,
            grants.target_session,
            grants.caller,
            grants.caller_kind,
            grants.caller_role_key,
            grants.caller_session_name,
            grants.caller_created_at,
            cast(floor(to_unixtime(grants.event_time) / 5) as bigint) as slot
        from lake.assumption_steps as grants
        left join by_key on grants.event_id = by_key.event_id
        where grants.outcome = 'success' and by_key.event_id is null
    ) as unclaimed
        on
            slotted.role_key = unclaimed.target_key
            and slotted.session_name = unclaimed.target_session
            and slotted.slot = unclaimed.slot
    where
        slotted.created_key >= unclaimed.event_time - interval '5' second
        and slotted.created_key <= unclaimed.event_time + interval '5' second

),

made as (

    select
        role_key,
        session_name,
        created_key,
        caller,
        caller_kind,
        caller_role_key,
        caller_session_name,
        caller_created_at
    from by_key
    where place = 1

    union all

    select
        role_key,
        session_name,
        created_key,
        caller,
        caller_kind,
        caller_role_key,
        caller_session_name,
        caller_created_at
    from by_time
    where place = 1

),

-- Where no assumption is logged, or its caller unknown, some roles tell by
-- themselves who stands behind them.
steps as (

    select
        stepped.role_key,
        stepped.session_name,
        stepped.created_key,
        made.caller_role_key,
        made.caller_session_name,
        coalesce(made.caller_created_at, timestamp '1970-01-01 00:00:00')
            as caller_created_key,
        case
            when made.caller is not null then made.caller
            when stepped.role_arn like '%/AWSReservedSSO#_%' escape '#'
                then 'sso:' || stepped.session_name
            when strpos(stepped.role_arn, ':role/aws-service-role/') > 0
                then split_part(stepped.role_arn, '/', 3)
            when regexp_like(stepped.session_name, '^i-[0-9a-f]+$')
                then 'ec2.amazonaws.com'
        end as origin,
        case
            when made.caller is not null then made.caller_kind
            when stepped.role_arn like '%/AWSReservedSSO#_%' escape '#'
                then 'identity_center'
            else 'service'
        end as origin_kind
    from stepped
    left join made
        on
            stepped.role_key = made.role_key
            and stepped.session_name = made.session_name
            and stepped.created_key = made.created_key

)

-- From the session's maker five steps back, as far as the logs go.
select
    step1.role_key,
    step1.session_name,
    step1.created_key,
    coalesce(
        step6.origin,
        step5.origin,
        step4.origin,
        step3.origin,
        step2.origin,
        step1.origin
    ) as origin,
    case
        when step6.origin is not null then step6.origin_kind
        when step5.origin is not null then step5.origin_kind
        when step4.origin is not null then step4.origin_kind
        when step3.origin is not null then step3.origin_kind
        when step2.origin is not null then step2.origin_kind
        else step1.origin_kind
    end as origin_kind
from steps as step1
left join steps as step2
    on
        step1.caller_role_key = step2.role_key
        and step1.caller_session_name = step2.session_name
        and step1.caller_created_key = step2.created_key
left join steps as step3
    on
        step2.caller_role_key = step3.role_key
        and step2.caller_session_name = step3.session_name
        and step2.caller_created_key = step3.created_key
left join steps as step4
    on
        step3.caller_role_key = step4.role_key
        and step3.caller_session_name = step4.session_name
        and step3.caller_created_key = step4.created_key
left join steps as step5
    on
        step4.caller_role_key = step5.role_key
        and step4.caller_session_name = step5.session_name
        and step4.caller_created_key = step5.created_key
left join steps as step6
    on
        step5.caller_role_key = step6.role_key
        and step5.caller_session_name = step6.session_name
        and step5.caller_created_key = step6.created_key
where
    coalesce(
        step6.origin,
        step5.origin,
        step4.origin,
        step3.origin,
        step2.origin,
        step1.origin
    ) is not null;
