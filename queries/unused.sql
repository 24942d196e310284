-- What may each role do, and does it? One row per role and action that its
-- policies grant, by role id (design sections 3, 7, 9).
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: so it plans it once.
given as (

    select ? as since

),

params as (

    select
        cast(given.since as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role,
        cast(? as varchar) as verdicts,
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
        max(created_at) as created_at,
        max(snapshot_date) as snapshot_date,
        max(last_used) as iam_last_used,
        max(
            case
                when
                    kind = 'service_linked'
                    or strpos(arn, ':role/aws-service-role/') > 0
                    then 1
                else 0
            end
        ) as service_linked
    from snapshot_roles
    group by role_key

),

-- A service-linked role cannot be trimmed: only who asks for it sees it (P10).
asked as (

    select inventory.*
    from inventory
    cross join params
    where
        (
            params.accounts is null
            or contains(split(params.accounts, ','), inventory.account_id)
        )
        and (
            (params.role is null and inventory.service_linked = 0)
            or inventory.name = params.role
            or inventory.arn = params.role
            or inventory.role_id = params.role
        )

),

grants as (

    select
        snapshot_roles.role_key,
        permissions.action,
        split_part(permissions.action, ':', 1) as service,
        coalesce(permissions.is_pattern, false) as is_pattern,
        permissions.effect,
        permissions.granted_at,
        permissions.via,
        permissions.resources
    from lake.role_permissions as permissions
    inner join snapshot_roles
        on
            permissions.account_id = snapshot_roles.account_id
            and permissions.snapshot_date = snapshot_roles.snapshot_date
            and permissions.role_arn = snapshot_roles.arn

),

---------- the logs, read once

-- What was called, by which role as the event names it, and how it ended. Calls
-- of others stand here too, without a role. The days in which the window begins and
-- ends are read event by event, because only part of them counts.
acts as (

    select
        role_id,
        case when role_id is null then role_arn end as role_arn,
        case when role_id is null and role_arn >= '' then first_seen end
            as unnamed_at,
        recipient_account_id,
        iam_action,
        iam_actions_possible,
        passed_role_arn,
        max(last_done) as last_done,
        max(last_denied) as last_denied,
        sum(calls) as calls,
        max(case when has_data_events then 1 end) as has_data_events,
        max(case when has_unsorted_events then 1 end) as has_unsorted_events
    from (

        select
            role_id,
            role_arn,
            recipient_account_id,
            iam_action,
            iam_actions_possible,
            passed_role_arn,
            first_seen,
            last_done,
            last_denied,
            case
                when first_seen >= cast(? as timestamp(6)) then calls
                else 0
            end as calls,
            has_data_events,
            has_unsorted_events
        from lake.uses
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
            recipient_account_id,
            iam_action,
            iam_actions_possible,
            passed_role_arn,
            first_seen,
            last_done,
            last_denied,
            case
                when first_seen >= cast(? as timestamp(6)) then calls
                else 0
            end as calls,
            has_data_events,
            has_unsorted_events
        from lake.event_uses
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

    ) as uses
    group by
        role_id,
        case when role_id is null then role_arn end,
        case when role_id is null and role_arn >= '' then first_seen end,
        recipient_account_id,
        iam_action,
        iam_actions_possible,
        passed_role_arn

),

-- An ARN alone is the role that had it at the time.
did as (

    select
        acts.*,
        coalesce(acts.role_id, spans.role_key) as role_key
    from acts
    left join lake.role_spans as spans
        on
            acts.role_arn = spans.role_arn
            and acts.unnamed_at >= spans.valid_from
            and acts.unnamed_at < spans.valid_to

),

-- Tags and source identities that roles gave the sessions they obtained: what they
-- needed for that has no call of its own.
attributes as (

    select
        attributes.event_id,
        attributes.event_time,
        attributes.action,
        coalesce(attributes.role_id, spans.role_key) as role_key
    from lake.session_attributes as attributes
    cross join params
    left join lake.role_spans as spans
        on
            attributes.role_arn = spans.role_arn
            and attributes.event_time >= spans.valid_from
            and attributes.event_time < spans.valid_to
    where
        attributes.event_date <= cast(? as date)
        and attributes.event_time < params.until

),

-- Whom the logs know to have become a role inside the window, or to have tried.
assumed as (

    select distinct
        assumed_role_id as role_id,
        case when assumed_role_id is null then assumed_role_arn end as role_arn,
        case when assumed_role_id is null then event_time end as unnamed_at
    from events
    where
        caller_kind >= ''
        and event_date >= cast(? as date)
        and event_date <= cast(? as date)
        and event_time >= cast(? as timestamp(6))
        and event_time < cast(? as timestamp(6))

),

-- The roles of which the lake has any event inside the window.
known as (

    select did.role_key
    from did
    cross join params
    where
        did.role_key is not null
        and (did.last_done >= params.since or did.last_denied >= params.since)

    union

    select coalesce(assumed.role_id, spans.role_key) as role_key
    from assumed
    left join lake.role_spans as spans
        on
            assumed.role_arn = spans.role_arn
            and assumed.unnamed_at >= spans.valid_from
            and assumed.unnamed_at < spans.valid_to

),

---------- who has the names of the inventory by now

-- Roles that no inventory has. (They go through an array, of which DuckDB knows that
-- it is one, and reads no event where there is none.)
strangers as (

    select items.role_id
    from (
        select array_agg(distinct acts.role_id) as list
        from acts
        left join lake.inventory as known_roles
            on acts.role_id = known_roles.role_key
        where acts.role_id is not null and known_roles.role_key is null
    ) as roles
    cross join unnest(roles.list) as items (role_id)

),

-- A role that was made anew after its inventory is another, of which the grants are
-- not known; the old one's say little.
successors as (

    select
        events.role_arn,
        max(events.event_time) as last_seen
    from lake.events as events
    inner join strangers on events.role_id = strangers.role_id
    cross join params
    where
        events.event_date <= cast(? as date)
        and events.event_time < params.until
    group by events.role_arn

),

---------- what each role did with each action

-- The roles that a role passed where its grant of iam:PassRole covers them. A
-- pattern of IAM becomes a regular expression: * and ? stand between quoted
-- pieces, and a backslash cannot end the quotes. Longer ones than any ARN are
-- never matched.
passes as (

    select
        role_key,
        passed_role_arn,
        max(last_done) as last_done,
        sum(calls) as calls
    from did
    where last_done is not null and passed_role_arn is not null
    group by role_key, passed_role_arn

),

covered_passes as (

    select distinct
        passes.role_key,
        passes.passed_role_arn,
        passes.last_done,
        passes.calls
    from passes
    inner join grants
        on passes.role_key = grants.role_key
    cross join unnest(grants.resources) as patterns (pattern)
    where
        grants.action = 'iam:PassRole'
        and length(patterns.pattern) <= 2048
        and regexp_like(
            translate(passes.passed_role_arn, '\', chr(1)),
            '(?s)\A\Q'
            || array_join(
                split(
                    array_join(
                        split(translate(patterns.pattern, '\', chr(1)), '*'),
                        '\E.*\Q'
                    ),
                    '?'
                ),
                '\E.\Q'
            )
            || '\E\z'
        )

),

-- Actions that a call may have needed besides its own, or needed. "SERVICE:*" stands for a
-- call that could not be mapped. There are few different lists: each is taken
-- apart once.
lists as (

    select distinct iam_actions_possible as list
    from did
    where role_key is not null and iam_actions_possible is not null

),

further as (

    select
        lists.list,
        items.action
    from lists
    cross join unnest(split(lists.list, ',')) as items (action)

),

-- What each role did with each action, and may have done.
deeds as (

    select
        role_key,
        action,
        max(last_done) as last_used,
        max(last_denied) as last_denied,
        max(may_last_done) as last_possible,
        max(may_last_denied) as last_refused,
        cast(coalesce(sum(calls), 0) as bigint) as uses
    from (

        select
            role_key,
            iam_action as action,
            last_done,
            last_denied,
            calls,
            cast(null as timestamp(6)) as may_last_done,
            cast(null as timestamp(6)) as may_last_denied
        from did
        where role_key is not null and iam_action is not null

        union all

        select
            role_key,
            'iam:PassRole' as action,
            last_done,
            cast(null as timestamp(6)) as last_denied,
            calls,
            cast(null as timestamp(6)) as may_last_done,
            cast(null as timestamp(6)) as may_last_denied
        from covered_passes

        union all

        select
            role_key,
            action,
            event_time as last_done,
            cast(null as timestamp(6)) as last_denied,
            case when event_time >= params.since then 1 else 0 end as calls,
            cast(null as timestamp(6)) as may_last_done,
            cast(null as timestamp(6)) as may_last_denied
        from attributes
        cross join params

        union all

        select
            did.role_key,
            further.action,
            case when needed.also is not null then did.last_done end
                as last_done,
            cast(null as timestamp(6)) as last_denied,
            case when needed.also is not null then did.calls else 0 end
                as calls,
            case when needed.also is null then did.last_done end
                as may_last_done,
            did.last_denied as may_last_denied
        from did
        inner join further on did.iam_actions_possible = further.list
        left join lake.needed_together as needed
            on
                did.iam_action = needed.action
                and further.action = needed.also
        where did.role_key is not null

        union all

        select
            role_key,
            'iam:PassRole' as action,
            cast(null as timestamp(6)) as last_done,
            cast(null as timestamp(6)) as last_denied,
            0 as calls,
            last_done as may_last_done,
            cast(null as timestamp(6)) as may_last_denied
        from passes

    ) as calls
    group by role_key, action

),

-- The services of which a role made calls that could not be mapped.
unmapped as (

    select
        role_key,
        split_part(action, ':', 1) as service,
        last_possible,
        last_refused
    from deeds
    where action = split_part(action, ':', 1) || ':*'

),

---------- what the logs can show

-- Data events do not make an action one of those that every trail logs.
seen as (

    select iam_action as action
    from acts
    where iam_action is not null
    group by iam_action
    having max(last_done) is not null and max(has_data_events) is null

),

-- Of which types each account has data events. They prove that the type is logged
-- in part: a trail may log one bucket and no other. (The message of a denied call
-- may name an action of another call, which need not be a data event.)
heard_types as (

    select distinct
        acts.recipient_account_id as account_id,
        actions.data_type
    from acts
    inner join lake.actions as actions on acts.iam_action = actions.action
    where
        actions.observability = 'data'
        and (acts.has_data_events = 1 or acts.has_unsorted_events = 1)

),

-- Some data events do not tell their type, for the call fits several actions:
-- then it may be any of the service.
heard as (

    select
        account_id,
        data_type
    from heard_types

    union

    select
        acts.recipient_account_id as account_id,
        kinds.data_type
    from (
        select distinct
            recipient_account_id,
            iam_actions_possible
        from acts
        where iam_action is null and has_data_events = 1
    ) as acts
    cross join unnest(split(acts.iam_actions_possible, ',')) as items (action)
    inner join lake.action_kinds as kinds
        on split_part(items.action, ':', 1) = kinds.service
    where kinds.observability = 'data'

),

data_types as (

    select distinct data_type from heard_types

),

-- The actions of the catalogue, with what the logs say of them.
told as (

    select
        kinds.*,
        seen.action is not null as is_seen,
        data_types.data_type is not null as type_is_seen
    from lake.action_kinds as kinds
    left join seen on kinds.action = seen.action
    left join data_types on kinds.data_type = data_types.data_type

),

covered as (

    select
        coverage.account_id,
        count(distinct coverage.event_date) as days,
        count(distinct coverage.event_date) filter (
            where
            coverage.aws_region in ('us-east-1', 'us-gov-west-1', 'cn-north-1')
        ) as global_days,
        -- Some services are at home in another Region.
        count(distinct coverage.event_date) filter (
            where
            coverage.aws_region in ('us-west-2', 'us-gov-west-1', 'cn-north-1')
        ) as oregon_days,
        case
            when count(distinct coverage.aws_region) = 1
                then max(coverage.aws_region)
        end as only_region
    from lake.coverage as coverage
    cross join params
    where
        coverage.family = 'CloudTrail'
        and coverage.event_date >= params.first_day
        and coverage.event_date <= params.last_day
    group by coverage.account_id

),

-- The roles that are asked about, with what the logs say of them.
roles as (

    select
        asked.*,
        trails.trails,
        coalesce(covered.days, 0) as covered_days,
        coalesce(covered.global_days, 0) as global_days,
        coalesce(covered.oregon_days, 0) as oregon_days,
        covered.only_region,
        known.role_key is not null as is_known,
        coalesce(
            successors.last_seen >= cast(asked.snapshot_date as timestamp(6)),
            false
        ) as is_remade
    from asked
    left join covered on asked.account_id = covered.account_id
    left join known on asked.role_key = known.role_key
    left join successors on asked.arn = successors.role_arn
    left join (
        select distinct
            account_id,
            trails
        from lake.account_trails
    ) as trails on asked.account_id = trails.account_id

),

---------- the verdicts

facts as (

    select
        roles.account_id,
        roles.arn as role_arn,
        roles.role_id,
        roles.role_key,
        roles.created_at,
        roles.iam_last_used,
        grants.action,
        grants.service,
        grants.granted_at,
        grants.via,
        grants.resources,
        told.access_level,
        told.data_type,
        told.observability,
        logging.reason as logging,
        deeds.last_used,
        deeds.last_denied,
        coalesce(deeds.uses, 0) as uses,
        deeds.last_possible,
        deeds.last_refused,
        -- The later one, for greatest() of a NULL differs between engines.
        greatest(
            coalesce(unmapped.last_possible, unmapped.last_refused),
            coalesce(unmapped.last_refused, unmapped.last_possible)
        ) as last_unmapped,
        unmapped.last_possible as last_pattern,
        roles.covered_days,
        params.window_days,
        case
            when homes.home_region = 'us-west-2' then roles.oregon_days
            else roles.global_days
        end as home_days,
        homes.home_region,
        roles.only_region,
        case
            when deeds.last_used is not null then 'last used before the window'
            else
                coalesce(
                    'only denied, last on '
                    || cast(cast(deeds.last_denied as date) as varchar),
                    'never seen'
                )
        end as sighting,
        case
            when deeds.last_used >= params.since
                then
                    case
                        when grants.action = 'iam:PassRole' then 'passed'
                        else 'used'
                    end
            when grants.is_pattern and unmapped.last_possible >= params.since
                then 'pattern_called'
            when deeds.last_possible >= params.since
                then
                    case
                        when grants.action = 'iam:PassRole' then 'may_pass'
                        else 'further'
                    end
            when
                deeds.last_used is null
                and deeds.last_denied >= params.since
                and not roles.has_namesakes
                then
                    case
                        when grants.granted_at > deeds.last_denied
                            then 'denied_before'
                        when grants.effect = 'conditional'
                            then 'denied_by_condition'
                        else 'denied'
                    end
            when grants.is_pattern then 'pattern'
            when told.observability = 'permission_only'
                then 'permission_only'
            when logging.extent = 'no' then 'not_logged'
            when
                logging.extent is null
                and told.observability = 'data'
                and told.type_is_seen
                then 'data_in_part'
            when logging.extent is null and told.observability = 'data'
                then 'data'
            when
                told.observability = 'data'
                and heard.data_type is null
                then 'unheard'
            when roles.created_at >= params.since then 'new_role'
            when grants.granted_at >= params.since then 'new_grant'
            when coalesce(grants.granted_at, roles.created_at) is null
                then 'no_age'
            when roles.has_namesakes then 'namesakes'
            when roles.is_remade then 'remade'
            when
                roles.covered_days
                < params.thin_share * params.window_days
                then 'thin'
            when
                not roles.is_known
                and roles.iam_last_used >= params.since
                and roles.iam_last_used < params.until
                then 'iam_only'
            when
                homes.home_region = 'us-east-1'
                and (
                    roles.global_days = 0
                    or (
                        logging.extent is null
                        and roles.global_days
                        < params.thin_share * params.window_days
                    )
                )
                then 'global'
            when
                homes.home_region = 'us-west-2'
                and (
                    roles.oregon_days = 0
                    or (
                        logging.extent is null
                        and roles.oregon_days
                        < params.thin_share * params.window_days
                    )
                )
                then 'global'
            when
                unmapped.last_possible >= params.since
                or unmapped.last_refused >= params.since
                then 'unmapped'
            when deeds.last_refused >= params.since then 'further_denied'
            when logging.extent = 'one_region' then 'one_region'
            when
                logging.extent is null
                and roles.only_region is not null
                and coalesce(homes.is_regional_too, true)
                then 'only_region'
            when told.observability is null then 'not_in_catalogue'
            when told.observability = 'data' then 'logged'
            when told.observability in ('attested', 'documented')
                then told.observability
            when told.is_seen then 'seen'
            else 'unattested'
        end as finding
    from roles
    cross join params
    inner join grants on roles.role_key = grants.role_key
    left join told on grants.action = told.action
    left join deeds
        on
            grants.role_key = deeds.role_key
            and grants.action = deeds.action
    left join unmapped
        on
            grants.role_key = unmapped.role_key
            and grants.service = unmapped.service
    left join heard
        on
            roles.account_id = heard.account_id
            and told.data_type = heard.data_type
    left join lake.global_services as homes
        on grants.service = homes.service
    left join lake.logging as logging
        on
            roles.trails = logging.trails
            and grants.service = logging.service
            and logging.events = case
                when told.action is null then 'management events'
                else told.events
            end
            and coalesce(told.asks_reads, true) = logging.asks_reads
            and coalesce(told.asks_writes, true) = logging.asks_writes

),

graded as (

    select
        facts.*,
        case
            when finding in ('used', 'passed') then 'used'
            when finding in ('further', 'may_pass', 'pattern_called')
                then 'possibly_used'
            when
                finding in ('denied', 'denied_before', 'denied_by_condition')
                then 'denied_only'
            when
                finding in (
                    'pattern',
                    'permission_only',
                    'not_logged',
                    'data_in_part',
                    'data',
                    'unheard'
                )
                then 'unobservable'
            when finding in ('new_role', 'new_grant') then 'too_new'
            when finding in ('logged', 'attested', 'documented', 'seen')
                then 'unused'
            else 'probably_unused'
        end as verdict,
        case
            when finding in ('further', 'may_pass') then last_possible
            when finding = 'pattern_called' then last_pattern
            when finding = 'unmapped' then last_unmapped
            when
                finding in ('denied', 'denied_before', 'denied_by_condition')
                then last_denied
            when finding = 'further_denied' then last_refused
            else last_used
        end as evidence_time
    from facts

),

answers as (

    select graded.*
    from graded
    cross join params
    where
        params.verdicts is null
        or contains(split(params.verdicts, ','), graded.verdict)

),

---------- the events that stand as evidence

-- Each role by the names that the events give it, with the time of the event
-- that is sought.
sought as (

    select
        names.ref,
        answers.role_key,
        answers.action,
        answers.service,
        answers.finding,
        answers.evidence_time
    from answers
    inner join (
        select
            role_id as ref,
            timestamp '0001-01-01 00:00:00.000000' as valid_from,
            timestamp '9999-12-31 00:00:00.000000' as valid_to,
            role_key
        from asked
        where role_id is not null

        union all

        select
            role_arn as ref,
            valid_from,
            valid_to,
            role_key
        from lake.role_spans
    ) as names on answers.role_key = names.role_key
    where
        answers.evidence_time >= names.valid_from
        and answers.evidence_time < names.valid_to

),

-- The events of these times. The times go through an array, of which DuckDB knows
-- that it is one: of the table it guesses trillions, and would hash the events.
witnesses as (

    select
        events.event_id,
        events.event_time,
        events.outcome,
        events.iam_action,
        split(events.iam_actions_possible, ',') as actions,
        events.passed_role_arn,
        coalesce(events.role_id, events.role_arn) as ref
    from lake.events as events
    inner join (
        select items.evidence_time
        from (
            select array_agg(distinct evidence_time) as list
            from sought
        ) as times
        cross join unnest(times.list) as items (evidence_time)
    ) as times on events.event_time = times.evidence_time
    where events.event_date <= cast(? as date)

),

-- Equal times are decided by the event id.
evidence as (

    select
        sought.role_key,
        sought.action,
        max(witnesses.event_id) as event_id
    from witnesses
    inner join sought
        on
            witnesses.ref = sought.ref
            and witnesses.event_time = sought.evidence_time
    left join covered_passes
        on
            sought.role_key = covered_passes.role_key
            and witnesses.passed_role_arn = covered_passes.passed_role_arn
    left join lake.needed_together as needed
        on
            witnesses.iam_action = needed.action
            and sought.action = needed.also
            and contains(witnesses.actions, needed.also)
    left join attributes
        on
            sought.role_key = attributes.role_key
            and sought.action = attributes.action
            and witnesses.event_id = attributes.event_id
    where
        case
            when sought.finding = 'further'
                then
                    witnesses.outcome <> 'denied'
                    and contains(witnesses.actions, sought.action)
            when sought.finding = 'may_pass'
                then
                    witnesses.outcome <> 'denied'
                    and (
                        witnesses.passed_role_arn is not null
                        or contains(witnesses.actions, sought.action)
                    )
            when sought.finding = 'pattern_called'
                then
                    witnesses.outcome <> 'denied'
                    and contains(witnesses.actions, sought.service || ':*')
            when sought.finding = 'unmapped'
                then
                    contains(witnesses.actions, sought.service || ':*')
            when
                sought.finding in (
                    'denied', 'denied_before', 'denied_by_condition'
                )
                then
                    witnesses.outcome = 'denied'
                    and witnesses.iam_action = sought.action
            when sought.finding = 'further_denied'
                then
                    witnesses.outcome = 'denied'
                    and contains(witnesses.actions, sought.action)
            else
                witnesses.outcome <> 'denied'
                and (
                    witnesses.iam_action = sought.action
                    or needed.also is not null
                    or attributes.event_id is not null
                    or (
                        sought.action = 'iam:PassRole'
                        and covered_passes.passed_role_arn is not null
                    )
                )
        end
    group by sought.role_key, sought.action

)

select
    answers.account_id,
    answers.role_arn,
    answers.role_id,
    answers.action,
    answers.access_level,
    answers.verdict,
    case answers.finding
        when 'used' then 'used inside the window'
        when 'passed'
            then 'a role that the grant covers was passed inside the window'
        when 'further'
            then
                'calls inside the window may have needed it '
                || 'besides the action they are named after'
        when 'may_pass'
            then
                'calls inside the window may have passed a role, '
                || 'but the logs show none that the grant covers'
        when 'pattern_called'
            then
                'the role called ' || answers.service || ' inside the window, '
                || 'but the catalogue cannot tell with which action'
        when 'denied'
            then
                'every attempt in the lake was denied although its policies '
                || 'allow it: look for what else blocks it'
        when 'denied_before'
            then
                'every attempt in the lake was denied before it was granted on '
                || cast(cast(answers.granted_at as date) as varchar)
        when 'denied_by_condition'
            then
                'every attempt in the lake was denied: '
                || 'its policies allow it under conditions only'
        when 'pattern'
            then
                'the catalogue knows no action that matches: '
                || 'the logs cannot be searched for it'
        when 'permission_only'
            then
                case
                    when answers.action = 'iam:PassRole'
                        then
                            'it has no API call of its own: only calls that '
                            || 'pass a role show it, and this role made none '
                            || 'inside the window'
                    when
                        answers.action in (
                            'sts:TagSession', 'sts:SetSourceIdentity'
                        )
                        then
                            'it has no API call of its own: only calls that '
                            || 'become a role show it, and this role made none '
                            || 'inside the window'
                    else 'it has no API call of its own, so no log can show it'
                end
        when 'not_logged'
            then
                case
                    when answers.observability = 'data' then 'data event: '
                    else ''
                end
                || answers.logging
        when 'data'
            then
                coalesce(
                    'data event, of which this lake has none: let a trail log '
                    || answers.data_type || ' to see it',
                    'data event of a kind that no trail can log'
                )
        when 'data_in_part'
            then
                'data event: this lake has some of ' || answers.data_type
                || ', which does not prove that all are logged: '
                || 'ingest trail tells what trails log'
        when 'unheard'
            then
                'data event: ' || answers.logging
                || ', but the lake has none of account ' || answers.account_id
                || ': ingest the bucket that the trail writes to'
        when 'new_role'
            then
                'the role was made on '
                || cast(cast(answers.created_at as date) as varchar)
                || ', after the window began'
        when 'new_grant'
            then
                'granted on '
                || cast(cast(answers.granted_at as date) as varchar)
                || ', after the window began'
        when 'no_age'
            then
                answers.sighting
                || ', but the inventory does not say since when it is granted'
        when 'namesakes'
            then
                answers.sighting
                || ', but the logs know several roles of this name, '
                || 'and the inventory does not say which one it is'
        when 'remade'
            then
                answers.sighting
                || ', but the logs know a younger role of this name than the '
                || 'inventory does: ingest iam with a new one'
        when 'thin'
            then
                answers.sighting || ', but coverage is thin: '
                || cast(answers.covered_days as varchar) || ' of '
                || cast(answers.window_days as varchar) || ' days'
        when 'iam_only'
            then
                answers.sighting || ', but IAM saw the role used on '
                || cast(cast(answers.iam_last_used as date) as varchar)
                || ', and the lake has nothing of it in the window'
        when 'global'
            then
                answers.sighting || ', but ' || answers.service
                || ' is global and logged in '
                || case
                    when split_part(answers.role_arn, ':', 2) = 'aws-us-gov'
                        then 'us-gov-west-1'
                    when split_part(answers.role_arn, ':', 2) = 'aws-cn'
                        then 'cn-north-1'
                    else answers.home_region
                end
                || ', from where the lake has '
                || case
                    when answers.home_days = 0 then 'nothing'
                    else
                        cast(answers.home_days as varchar) || ' of '
                        || cast(answers.window_days as varchar) || ' days'
                end
                || ' of this account'
        when 'unmapped'
            then
                answers.sighting || ', but calls of ' || answers.service
                || ' by this role could not be mapped to actions'
        when 'further_denied'
            then
                answers.sighting
                || ', but denied calls inside the window may have needed it'
        when 'one_region' then answers.sighting || ', but ' || answers.logging
        when 'only_region'
            then
                answers.sighting || ', but in the window the lake has '
                || answers.only_region || ' alone of account '
                || answers.account_id || ', which may be all that a trail '
                || 'logs: ingest trail tells'
        when 'not_in_catalogue'
            then
                answers.sighting
                || ', but no action catalogue of the lake says '
                || 'whether CloudTrail logs it'
        when 'logged' then answers.sighting || '; ' || answers.logging
        when 'unattested'
            then
                answers.sighting
                || ', but nothing attests that CloudTrail logs it'
        when 'attested'
            then answers.sighting || '; AWS attests that CloudTrail logs it'
        when 'documented'
            then
                answers.sighting
                || '; AWS documents that CloudTrail logs the calls of '
                || answers.service
        else
            answers.sighting
            || '; CloudTrail logs it, for this lake has calls of it'
    end as reason,
    answers.last_used,
    answers.uses,
    answers.via,
    answers.resources,
    evidence.event_id as evidence
from answers
left join evidence
    on
        answers.role_key = evidence.role_key
        and answers.action = evidence.action
order by
    answers.account_id asc nulls last,
    answers.role_arn asc nulls last,
    answers.role_id asc nulls last,
    answers.action asc nulls last
