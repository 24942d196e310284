-- Which roles are used? One row per role, by role id (design sections 3, 7, 9).
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: only then it leaves out files by their days.
given as (

    select ? as since

),

params as (

    select
        cast(given.since as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role,
        cast(? as date) as inventory_date,
        cast(? as double) as thin_share,
        cast(? as date) as first_day,
        cast(? as date) as last_day,
        cast(? as bigint) as window_days
    from given

),

---------- the inventory: per account one snapshot

snapshot_roles as (

    select inventory.*
    from lake.inventory as inventory
    cross join params
    where
        (
            params.inventory_date is null
            or inventory.snapshot_date <= params.inventory_date
        )
        and (
            inventory.replaced_on is null
            or inventory.replaced_on > params.inventory_date
        )

),

inventory as (

    select
        role_key,
        max(role_id) as role_id,
        bool_or(has_namesakes) as has_namesakes,
        max(arn) as arn,
        max(account_id) as account_id,
        max(name) as name,
        max(kind) as kind,
        max(privilege) as privilege,
        max(last_used) as last_used
    from snapshot_roles
    group by role_key

),

inventoried as (

    select
        account_id,
        max(origin) as origin,
        max(snapshot_date) as snapshot_date
    from snapshot_roles
    group by account_id

),

-- Under these names the logs know several roles, one of which may be the one that
-- is there.
unclear as (

    select distinct
        account_id,
        name
    from inventory
    where has_namesakes

),

---------- the sessions at the edges of the window

-- Nearly every session lies in the window or out of it, and knows its role; of the
-- others their calls have to tell.
edged as (

    select
        sessions.role_id,
        sessions.role_arn,
        coalesce(sessions.role_id, sessions.role_arn) as session_role,
        sessions.role_session_name,
        coalesce(
            sessions.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        ) as created_key,
        sessions.first_seen,
        sessions.last_seen,
        sessions.assumed_at,
        sessions.origin
    from sessions
    cross join params
    where
        sessions.first_seen is not null
        and (
            sessions.role_id is null
            or (
                sessions.first_seen < params.since
                and sessions.last_seen >= params.since
            )
            or (
                sessions.first_seen < params.until
                and sessions.last_seen >= params.until
            )
        )

),

edges as (

    select distinct
        session_role,
        role_session_name,
        created_key
    from edged

),

---------- the logs, per role

-- What each role did, and each session at the edges. An ARN alone is the role that it
-- stood for at the time. The days in which the window begins and ends are read event by
-- event, because only part of them counts.
acted as (

    select
        coalesce(calls.role_id, role_names.role_key) as role_key,
        coalesce(calls.role_id, role_names.role_id) as role_id,
        calls.role_arn,
        edges.session_role,
        edges.role_session_name,
        edges.created_key,
        max(calls.account_id) as account_id,
        min(calls.first_done) as first_used,
        max(calls.last_done) as last_used,
        max(calls.last_denied) as last_denied,
        sum(case when calls.inside then calls.calls else 0 end) as uses,
        sum(case when calls.inside then calls.denied else 0 end) as denied,
        sum(case when calls.inside then calls.failed else 0 end) as failed
    from (

        select
            role_id,
            role_arn,
            account_id,
            role_session_name,
            session_created_at,
            first_seen,
            first_done,
            last_done,
            last_denied,
            calls,
            denied,
            failed,
            first_seen >= cast(? as timestamp(6)) as inside
        from lake.session_calls
        where
            last_seen < cast(? as timestamp(6))
            or (
                first_seen >= cast(? as timestamp(6))
                and last_seen < cast(? as timestamp(6))
            )

        union all

        select
            role_id,
            role_arn,
            account_id,
            role_session_name,
            session_created_at,
            first_seen,
            first_done,
            last_done,
            last_denied,
            calls,
            denied,
            failed,
            first_seen >= cast(? as timestamp(6)) as inside
        from lake.event_calls
        where
            event_date in (cast(? as date), cast(? as date))
            and first_seen < cast(? as timestamp(6))
            and (
                (
                    first_seen >= cast(? as timestamp(6))
                    and first_seen < cast(? as timestamp(6))
                )
                or first_seen >= cast(? as timestamp(6))
            )

    ) as calls
    left join lake.role_names as role_names
        on
            case when calls.role_id is null then calls.role_arn end
            = role_names.role_arn
            and calls.first_seen >= role_names.valid_from
            and calls.first_seen < role_names.valid_to
    left join edges
        on
            coalesce(calls.role_id, role_names.role_id, calls.role_arn)
            = edges.session_role
            and calls.role_session_name = edges.role_session_name
            and coalesce(
                calls.session_created_at,
                timestamp '1970-01-01 00:00:00.000000'
            )
            = edges.created_key
    group by
        coalesce(calls.role_id, role_names.role_key),
        coalesce(calls.role_id, role_names.role_id),
        calls.role_arn,
        edges.session_role,
        edges.role_session_name,
        edges.created_key

),

used as (

    select
        role_key,
        max(role_id) as role_id,
        max(role_arn) as role_arn,
        max(account_id) as account_id,
        min(first_used) as first_used,
        max(last_used) as last_used,
        max(last_denied) as last_denied,
        coalesce(max(last_used), max(last_denied)) as last_time,
        cast(sum(uses) as bigint) as uses,
        cast(sum(denied) as bigint) as denied,
        cast(sum(failed) as bigint) as failed
    from acted
    group by role_key

),

---------- the assumptions, per role

-- Grouped by what the records say before it is found out which role that is: there are
-- few roles, and many assumptions.
tries as (

    select
        assumptions.assumed_role_arn as role_arn,
        assumptions.assumed_role_id as role_id,
        assumptions.outcome,
        case
            when assumptions.assumed_role_id is null
                then assumptions.event_time
        end as unnamed_at,
        max(assumptions.event_time) as event_time
    from assumptions
    cross join params
    where
        assumptions.event_time < params.until
        and assumptions.outcome in ('success', 'denied')
        and coalesce(
            assumptions.assumed_role_id, assumptions.assumed_role_arn
        ) is not null
    group by
        assumptions.assumed_role_arn,
        assumptions.assumed_role_id,
        assumptions.outcome,
        case
            when assumptions.assumed_role_id is null
                then assumptions.event_time
        end

),

tried as (

    select
        coalesce(tries.role_id, role_names.role_key) as role_key,
        coalesce(tries.role_id, role_names.role_id) as role_id,
        tries.role_arn,
        tries.outcome,
        tries.event_time
    from tries
    left join lake.role_names as role_names
        on
            tries.role_arn = role_names.role_arn
            and tries.unnamed_at >= role_names.valid_from
            and tries.unnamed_at < role_names.valid_to

),

became as (

    select
        role_key,
        max(role_id) as role_id,
        -- An assumption may know the role without its path only (P31).
        coalesce(
            max(
                case
                    when regexp_like(role_arn, ':role/.+/') then role_arn
                end
            ),
            max(role_arn)
        ) as role_arn,
        max(event_time) filter (where outcome = 'success') as last_assumed,
        max(event_time) filter (where outcome = 'denied') as last_refused
    from tried
    group by role_key

),

---------- the events that stand as evidence

-- The names that the events of the last use have for the roles that acted.
names as (

    select
        role_key as ref,
        timestamp '0001-01-01 00:00:00.000000' as valid_from,
        timestamp '9999-12-31 00:00:00.000000' as valid_to,
        role_key
    from used
    where role_id = role_key

    union all

    select
        role_arn as ref,
        valid_from,
        valid_to,
        role_key
    from lake.role_names

),

-- The events of these times. The times go through an array, of which DuckDB knows
-- that it is one: of the table it guesses trillions, and would hash the events.
witnesses as (

    select role_use.*
    from role_use
    inner join (
        select items.last_time
        from (select array_agg(distinct last_time) as list from used) as times
        cross join unnest(times.list) as items (last_time)
    ) as times on role_use.event_time = times.last_time
    where role_use.event_date <= cast(? as date)

),

-- The last use of each role, or its last denied call if it has no use. Equal
-- times are decided by the event id.
last_acts as (

    select
        names.role_key,
        witnesses.event_id,
        witnesses.iam_action,
        witnesses.event_source,
        witnesses.event_name,
        witnesses.aws_region,
        case
            when used.role_id = names.role_key then names.role_key
            else witnesses.role_arn
        end as session_role,
        witnesses.role_session_name,
        coalesce(
            witnesses.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        ) as created_key,
        row_number() over (
            partition by names.role_key
            order by
                witnesses.event_id desc,
                witnesses.aws_region asc,
                witnesses.role_session_name asc
        ) as place
    from witnesses
    inner join names
        on coalesce(witnesses.role_id, witnesses.role_arn) = names.ref
    inner join used
        on
            names.role_key = used.role_key
            and witnesses.event_time = used.last_time
    where
        (witnesses.outcome = 'denied') = (used.last_used is null)
        and witnesses.event_time >= names.valid_from
        and witnesses.event_time < names.valid_to

),

-- (Their times go through an array, as above.)
tried_at as (

    select items.event_time
    from (
        select array_agg(distinct event_time) as list
        from (
            select last_assumed as event_time from became
            union all
            select last_refused as event_time from became
        ) as both_times
        where event_time is not null
    ) as times
    cross join unnest(times.list) as items (event_time)

),

last_tries as (

    select
        became.role_key,
        max(assumptions.event_id) filter (
            where
            assumptions.outcome = 'success'
            and assumptions.event_time = became.last_assumed
        ) as assumed_event_id,
        max(assumptions.event_id) filter (
            where
            assumptions.outcome = 'denied'
            and assumptions.event_time = became.last_refused
        ) as refused_event_id
    from assumptions
    inner join tried_at on assumptions.event_time = tried_at.event_time
    left join lake.role_names as role_names
        on
            case
                when assumptions.assumed_role_id is null
                    then assumptions.assumed_role_arn
            end
            = role_names.role_arn
            and assumptions.event_time >= role_names.valid_from
            and assumptions.event_time < role_names.valid_to
    inner join became
        on
            coalesce(assumptions.assumed_role_id, role_names.role_key)
            = became.role_key
    where
        assumptions.event_time = became.last_assumed
        or assumptions.event_time = became.last_refused
    group by became.role_key

),

---------- the sessions of the window and who is behind them

seen as (

    select
        session_role,
        role_session_name,
        created_key,
        max(role_key) as role_key
    from acted
    -- (All three are null together; said of each, DuckDB sees that they are few.)
    where
        uses + denied > 0
        and session_role is not null
        and role_session_name is not null
        and created_key is not null
    group by session_role, role_session_name, created_key

),

-- (Those at the edges are counted where their calls say so.)
counted as (

    select
        role_key,
        count(*) as sessions,
        count(distinct origin) as callers
    from (

        select
            coalesce(sessions.role_id, role_names.role_key) as role_key,
            sessions.origin
        from sessions
        cross join params
        left join lake.role_names as role_names
            on
                case when sessions.role_id is null then sessions.role_arn end
                = role_names.role_arn
                and sessions.assumed_at >= role_names.valid_from
                and sessions.assumed_at < role_names.valid_to
        where
            (
                sessions.role_id is not null
                and sessions.first_seen >= params.since
                and sessions.last_seen < params.until
            )
            or (
                sessions.assumed_at >= params.since
                and sessions.assumed_at < params.until
                and (
                    sessions.first_seen is null
                    or (
                        sessions.role_id is not null
                        and (
                            sessions.last_seen < params.since
                            or sessions.first_seen >= params.until
                        )
                    )
                )
            )

        union all

        select
            coalesce(edged.role_id, seen.role_key, role_names.role_key)
                as role_key,
            edged.origin
        from edged
        cross join params
        left join seen
            on
                edged.session_role = seen.session_role
                and edged.role_session_name = seen.role_session_name
                and edged.created_key = seen.created_key
        left join lake.role_names as role_names
            on
                case when edged.role_id is null then edged.role_arn end
                = role_names.role_arn
                and edged.assumed_at >= role_names.valid_from
                and edged.assumed_at < role_names.valid_to
        where
            seen.session_role is not null
            or (
                edged.first_seen >= params.since
                and edged.last_seen < params.until
            )
            or (
                edged.assumed_at >= params.since
                and edged.assumed_at < params.until
            )

    ) as counting
    group by role_key

),

last_callers as (

    select
        last_acts.role_key,
        max(sessions.origin) as origin
    from sessions
    inner join last_acts
        on
            coalesce(sessions.role_id, sessions.role_arn)
            = last_acts.session_role
            and sessions.role_session_name = last_acts.role_session_name
            and coalesce(
                sessions.session_created_at,
                timestamp '1970-01-01 00:00:00.000000'
            )
            = last_acts.created_key
    where last_acts.place = 1 and sessions.first_seen is not null
    group by last_acts.role_key

),

last_assumers as (

    select
        last_tries.role_key,
        max(sessions.origin) as origin
    from sessions
    inner join last_tries
        on sessions.assumption_event_id = last_tries.assumed_event_id
    group by last_tries.role_key

),

---------- coverage of the window, per account

covered as (

    select
        coverage.account_id,
        count(distinct coverage.event_date) as days
    from lake.coverage as coverage
    cross join params
    where
        coverage.family = 'CloudTrail'
        and coverage.event_date >= params.first_day
        and coverage.event_date <= params.last_day
    group by coverage.account_id

),

---------- all roles

keys as (

    select
        coalesce(used.role_key, became.role_key) as role_key,
        coalesce(used.role_id, became.role_id) as role_id,
        coalesce(used.role_arn, became.role_arn) as role_arn
    from used
    full outer join became on used.role_key = became.role_key

),

roles as (

    select
        coalesce(inventory.role_key, keys.role_key) as role_key,
        coalesce(inventory.role_id, keys.role_id) as role_id,
        coalesce(inventory.arn, keys.role_arn) as role_arn,
        inventory.role_key is not null as present,
        coalesce(inventory.has_namesakes, false) as has_namesakes,
        inventory.account_id,
        inventory.name,
        inventory.kind,
        inventory.privilege,
        inventory.last_used as iam_last_used
    from inventory
    full outer join keys on inventory.role_key = keys.role_key

),

facts as (

    select
        coalesce(
            roles.account_id,
            nullif(split_part(roles.role_arn, ':', 5), ''),
            used.account_id
        ) as account_id,
        roles.role_key,
        roles.role_id,
        roles.role_arn,
        coalesce(
            roles.name, nullif(regexp_extract(roles.role_arn, '[^/]+$'), '')
        ) as role_name,
        roles.present,
        roles.has_namesakes,
        coalesce(
            roles.kind,
            case
                when strpos(roles.role_arn, ':role/aws-service-role/') > 0
                    then 'service_linked'
                when strpos(
                    roles.role_arn,
                    ':role/aws-reserved/sso.amazonaws.com/'
                ) > 0
                    then 'permission_set'
            end,
            'unknown'
        ) as kind,
        roles.privilege,
        roles.iam_last_used,
        used.first_used,
        used.last_used,
        used.last_denied,
        coalesce(used.uses, 0) as uses,
        coalesce(used.denied, 0) as denied,
        coalesce(used.failed, 0) as failed,
        became.last_assumed,
        became.last_refused,
        coalesce(counted.sessions, 0) as sessions,
        coalesce(counted.callers, 0) as callers,
        last_acts.event_id as act_event_id,
        coalesce(
            last_acts.iam_action,
            split_part(last_acts.event_source, '.', 1) || ':'
            || last_acts.event_name
        ) as act_action,
        last_acts.aws_region as act_region,
        last_tries.assumed_event_id,
        last_tries.refused_event_id,
        case
            when used.last_used is not null then last_callers.origin
            else last_assumers.origin
        end as last_caller
    from roles
    left join used on roles.role_key = used.role_key
    left join became on roles.role_key = became.role_key
    left join counted on roles.role_key = counted.role_key
    left join (select * from last_acts where place = 1) as last_acts
        on roles.role_key = last_acts.role_key
    left join last_tries on roles.role_key = last_tries.role_key
    left join last_callers on roles.role_key = last_callers.role_key
    left join last_assumers on roles.role_key = last_assumers.role_key

),

graded as (

    select
        facts.*,
        params.since,
        params.until,
        params.window_days,
        coalesce(covered.days, 0) as covered_days,
        case
            when inventoried.account_id is null then 'unknown'
            when facts.present then 'present'
            -- What the logs alone tell is not all roles.
            when inventoried.origin = 'logs' then 'unknown'
            when unclear.name is not null then 'unknown'
            -- It was made, and perhaps deleted, after the inventory.
            when
                cast(facts.last_used as date) >= inventoried.snapshot_date
                or cast(facts.last_assumed as date) >= inventoried.snapshot_date
                then 'unknown'
            else 'deleted'
        end as state,
        case
            when facts.kind = 'service_linked' then 'service_linked'
            when facts.last_used >= params.since then 'used'
            when
                facts.last_assumed >= params.since
                and (facts.last_used is not null or facts.denied = 0)
                then 'assumed'
            when
                facts.last_used is null
                and facts.last_denied is not null
                and not facts.has_namesakes
                then 'denied'
            when
                facts.iam_last_used >= params.since
                and facts.iam_last_used < params.until
                and (
                    facts.last_used is null
                    or facts.iam_last_used > facts.last_used
                )
                and (
                    facts.last_denied is null
                    or facts.iam_last_used > facts.last_denied
                )
                and (
                    facts.last_assumed is null
                    or facts.iam_last_used > facts.last_assumed
                )
                then 'iam'
            when facts.has_namesakes then 'namesakes'
            when
                facts.last_used is null
                and facts.last_assumed is null
                and facts.last_refused is not null
                then 'refused'
            when
                coalesce(covered.days, 0)
                < params.thin_share * params.window_days
                then 'thin'
            when facts.last_used is not null then 'dormant'
            when facts.last_assumed is not null then 'left'
            else 'never'
        end as finding
    from facts
    cross join params
    left join inventoried on facts.account_id = inventoried.account_id
    left join unclear
        on
            facts.account_id = unclear.account_id
            and facts.role_name = unclear.name
    left join covered on facts.account_id = covered.account_id
    where
        (
            params.accounts is null
            or contains(split(params.accounts, ','), facts.account_id)
        )
        and (
            params.role is null
            or facts.role_name = params.role
            or facts.role_arn = params.role
            or facts.role_id = params.role
        )

)

select
    account_id,
    role_arn,
    role_name,
    role_id,
    state,
    kind,
    nullif(
        regexp_extract(role_name, '^AWSReservedSSO_(.*)_[0-9a-f]{16}$', 1), ''
    ) as permission_set,
    privilege,
    case finding
        when 'service_linked' then 'service_linked'
        when 'used' then 'active'
        when 'assumed' then 'active'
        when 'iam' then 'active'
        when 'denied' then 'denied_only'
        when 'refused' then 'denied_only'
        when 'namesakes' then 'unknown'
        when 'thin' then 'unknown'
        when 'dormant' then 'dormant'
        when 'left' then 'dormant'
        else 'never_used'
    end as verdict,
    case finding
        when 'service_linked' then 'AWS owns this role'
        when 'used' then 'used inside the window'
        when 'assumed'
            then
                case
                    when denied > 0
                        then
                            'assumed inside the window, '
                            || 'all its calls there were denied'
                    else 'assumed, no call logged'
                end
        when 'iam'
            then
                'seen by IAM only: the lake has no call of it then, and covers '
                || cast(covered_days as varchar) || ' of '
                || cast(window_days as varchar) || ' days'
        when 'denied'
            then
                case
                    when iam_last_used is null then 'only denied attempts'
                    else
                        'only denied attempts, '
                        || 'which IAM counts as its last use'
                end
        when 'refused' then 'only denied attempts to assume it'
        when 'namesakes'
            then
                'the logs know several roles of this name, '
                || 'and the inventory does not say which one it is'
        when 'thin'
            then
                'coverage is thin: '
                || cast(covered_days as varchar) || ' of '
                || cast(window_days as varchar) || ' days'
        when 'dormant' then 'last used before the window'
        when 'left' then 'last assumed before the window, no call logged'
        else
            case
                when iam_last_used is null then 'no use in the whole lake'
                when iam_last_used < since
                    then
                        'no use in the whole lake; '
                        || 'IAM saw one before the window'
                when iam_last_used >= until
                    then
                        'no use in the whole lake; '
                        || 'IAM saw one after the window'
                else 'no use in the whole lake'
            end
    end as reason,
    last_used,
    case when last_used is not null then act_action end as last_action,
    case when last_used is not null then act_region end as last_region,
    last_caller,
    cast(
        floor((to_unixtime(until) - to_unixtime(last_used)) / 86400) as bigint
    ) as idle_days,
    first_used,
    uses,
    denied,
    failed,
    sessions,
    callers,
    last_assumed,
    iam_last_used,
    case
        when finding = 'assumed' then assumed_event_id
        when last_used is not null then act_event_id
        when finding = 'denied' then act_event_id
        else coalesce(assumed_event_id, act_event_id, refused_event_id)
    end as evidence
from graded
order by
    account_id asc nulls last,
    role_arn asc nulls last,
    role_id asc nulls last,
    role_key asc
