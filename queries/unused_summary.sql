-- How much of what each role may do does it use? One row per role of the
-- inventory: the verdicts of the question unused, counted (design sections 3, 7).
-- The two texts grade alike; a test holds that they agree.
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
        max(unread_policies) as unread_policies,
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
        permissions.granted_at
    from lake.role_permissions as permissions
    inner join snapshot_roles
        on
            permissions.account_id = snapshot_roles.account_id
            and permissions.snapshot_date = snapshot_roles.snapshot_date
            and permissions.role_arn = snapshot_roles.arn

),

pass_grants as (

    select
        snapshot_roles.role_key,
        permissions.resources
    from lake.role_permissions as permissions
    inner join snapshot_roles
        on
            permissions.account_id = snapshot_roles.account_id
            and permissions.snapshot_date = snapshot_roles.snapshot_date
            and permissions.role_arn = snapshot_roles.arn
    where permissions.action = 'iam:PassRole'

),

---------- the logs, read once

-- What was called, by which role as the event names it, and how it ended. Calls
-- of others stand here too, without a role. The day in which the window ends is read
-- event by event.
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
            has_data_events,
            has_unsorted_events
        from lake.uses
        where last_seen < cast(? as timestamp(6))

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
            has_data_events,
            has_unsorted_events
        from lake.event_uses
        where
            event_date = cast(? as date)
            and first_seen >= cast(? as timestamp(6))
            and first_seen < cast(? as timestamp(6))

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
        max(last_done) as last_done
    from did
    where last_done is not null and passed_role_arn is not null
    group by role_key, passed_role_arn

),

covered_passes as (

    select distinct
        passes.role_key,
        passes.passed_role_arn,
        passes.last_done
    from passes
    inner join pass_grants
        on passes.role_key = pass_grants.role_key
    cross join unnest(pass_grants.resources) as patterns (pattern)
    where
        length(patterns.pattern) <= 2048
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
        max(may_last_denied) as last_refused
    from (

        select
            role_key,
            iam_action as action,
            last_done,
            last_denied,
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
            cast(null as timestamp(6)) as may_last_done,
            cast(null as timestamp(6)) as may_last_denied
        from covered_passes

        union all

        select
            role_key,
            action,
            event_time as last_done,
            cast(null as timestamp(6)) as last_denied,
            cast(null as timestamp(6)) as may_last_done,
            cast(null as timestamp(6)) as may_last_denied
        from attributes

        union all

        select
            did.role_key,
            further.action,
            case when needed.also is not null then did.last_done end
                as last_done,
            cast(null as timestamp(6)) as last_denied,
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
        roles.role_key,
        grants.action,
        grants.service,
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
        role_key,
        service,
        case
            when finding in ('used', 'passed') then 'used'
            when finding in ('further', 'may_pass', 'pattern_called')
                then 'possibly_used'
            when finding in ('denied', 'denied_by_condition')
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
        end as verdict
    from facts

),

counted as (

    select
        role_key,
        count(*) as granted,
        count(*) filter (where verdict = 'used') as used,
        count(*) filter (where verdict = 'possibly_used') as possibly_used,
        count(*) filter (where verdict = 'denied_only') as denied_only,
        count(*) filter (where verdict = 'unused') as unused,
        count(*) filter (where verdict = 'probably_unused') as probably_unused,
        count(*) filter (where verdict = 'unobservable') as unobservable,
        count(*) filter (where verdict = 'too_new') as too_new,
        count(distinct service) as services_granted,
        count(distinct service) filter (where verdict = 'used')
            as services_used
    from graded
    group by role_key

)

select
    asked.account_id,
    asked.arn as role_arn,
    asked.role_id,
    coalesce(counted.granted, 0) as granted,
    coalesce(counted.used, 0) as used,
    coalesce(counted.possibly_used, 0) as possibly_used,
    coalesce(counted.denied_only, 0) as denied_only,
    coalesce(counted.unused, 0) as unused,
    coalesce(counted.probably_unused, 0) as probably_unused,
    coalesce(counted.unobservable, 0) as unobservable,
    coalesce(counted.too_new, 0) as too_new,
    coalesce(counted.services_granted, 0) as services_granted,
    coalesce(counted.services_used, 0) as services_used,
    asked.unread_policies
from asked
left join counted on asked.role_key = counted.role_key
order by
    asked.account_id asc nulls last,
    asked.arn asc nulls last,
    asked.role_id asc nulls last
