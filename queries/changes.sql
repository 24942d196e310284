-- What changed about roles in the window? One row per event, the newest first.
--
-- The change columns hold what the record says (design 9.15): paths of roles and the
-- roles that have a policy come from the inventory here.
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
        cast(? as varchar) as severities,
        cast(? as varchar) as outcomes
    from given

),

changed as (

    select
        events.event_time,
        events.event_id,
        events.recipient_account_id as account_id,
        events.aws_region,
        events.change,
        events.change_severity as severity,
        events.outcome,
        events.change_role_arns as role_arns,
        events.change_policy_arn as policy_arn,
        events.change_summary as summary,
        events.source_ip_address,
        ---------- who
        events.role_arn,
        events.role_id,
        events.role_session_name,
        coalesce(
            events.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        ) as created_key,
        events.identity_type,
        events.identity_arn,
        events.identity_principal_id,
        events.identity_account_id,
        events.identity_user_name,
        events.on_behalf_of_user_id,
        events.issuer_type,
        events.issuer_arn,
        events.invoked_by,
        -- Where the record lies: one event of the lake.
        coalesce(events.source_object, '') || ' '
        || coalesce(cast(events.record_index as varchar), '') || ' '
        || coalesce(events.recipient_account_id, '') || ' '
        || coalesce(events.event_id, '') as change_key
    from events
    cross join params
    where
        events.change >= ''
        and events.event_date >= cast(? as date)
        and events.event_date <= cast(? as date)
        and events.event_time >= params.since
        and events.event_time < params.until
        and contains(split(params.severities, ','), events.change_severity)
        and contains(split(params.outcomes, ','), events.outcome)
        and (
            params.accounts is null
            or contains(
                split(params.accounts, ','), events.recipient_account_id
            )
        )

),

---------- which roles

snapshot_roles as (

    select
        inventory.account_id,
        inventory.arn,
        inventory.name,
        inventory.role_id,
        inventory.attached_policies
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

-- A name without a path is that of one role of its account.
paths as (

    select
        account_id,
        name,
        max(arn) as arn
    from snapshot_roles
    group by account_id, name

),

attached as (

    select distinct
        snapshot_roles.arn,
        attachments.policy_arn
    from snapshot_roles
    cross join
        unnest(snapshot_roles.attached_policies) as attachments (policy_arn)

),

named as (

    select
        changed.change_key,
        roles.arn
    from changed
    cross join unnest(changed.role_arns) as roles (arn)

),

reached as (

    select
        named.change_key,
        coalesce(paths.arn, named.arn) as arn
    from named
    left join paths
        on
            split_part(named.arn, ':', 5) = paths.account_id
            and regexp_extract(named.arn, ':role/([^/]+)$', 1) = paths.name

    union all

    -- Whoever has a policy may do what its new version says.
    select
        changed.change_key,
        attached.arn
    from changed
    inner join attached on changed.policy_arn = attached.policy_arn
    where
        changed.change in (
            'managed_policy_version_created',
            'managed_policy_default_changed',
            'managed_policy_deleted'
        )

),

roles_of as (

    select
        change_key,
        array_agg(distinct arn order by arn asc) as role_arns
    from reached
    group by change_key

),

-- Changes of the role that is asked for, by its name, its ARN or, where the inventory
-- or the logs know of which roles an ARN was, its id.
asked as (

    select distinct reached.change_key
    from reached
    cross join params
    inner join changed on reached.change_key = changed.change_key
    left join snapshot_roles
        on
            reached.arn = snapshot_roles.arn
            and params.role = snapshot_roles.role_id
    left join lake.role_names as role_names
        on
            reached.arn = role_names.role_arn
            and params.role = role_names.role_id
            and changed.event_time >= role_names.valid_from
            and changed.event_time < role_names.valid_to
    where
        reached.arn = params.role
        or regexp_extract(reached.arn, '[^/]+$') = params.role
        or snapshot_roles.arn is not null
        or role_names.role_arn is not null

),

---------- by whom

-- A session without a role id in its record is one of whoever had the ARN.
acting as (

    select
        changed.change_key,
        coalesce(changed.role_id, role_names.role_id, changed.role_arn)
            as role_key
    from changed
    left join lake.role_names as role_names
        on
            case when changed.role_id is null then changed.role_arn end
            = role_names.role_arn
            and changed.event_time >= role_names.valid_from
            and changed.event_time < role_names.valid_to
    where changed.role_arn is not null or changed.role_id is not null

),

-- (Of millions of sessions those that changed something.)
changing as (

    select distinct
        acting.role_key,
        changed.role_session_name,
        changed.created_key
    from acting
    inner join changed on acting.change_key = changed.change_key
    where changed.role_session_name is not null

),

-- Their names. They go through an array, of which DuckDB knows that it is one: of the table
-- it guesses billions, and would hash all sessions.
names as (

    select items.role_session_name
    from (
        select array_agg(distinct role_session_name) as list from changing
    ) as lists
    cross join unnest(lists.list) as items (role_session_name)

),

origins as (

    select
        changing.role_key,
        changing.role_session_name,
        changing.created_key,
        max(sessions.origin) as origin,
        max(sessions.origin_kind) as origin_kind
    from sessions
    inner join names on sessions.role_session_name = names.role_session_name
    inner join changing
        on
            coalesce(sessions.role_id, sessions.role_arn) = changing.role_key
            and sessions.role_session_name = changing.role_session_name
            and coalesce(
                sessions.session_created_at,
                timestamp '1970-01-01 00:00:00.000000'
            )
            = changing.created_key
    where sessions.first_seen is not null and sessions.origin is not null
    group by
        changing.role_key, changing.role_session_name, changing.created_key

),

actors as (

    select
        changed.change_key,
        case
            when acting.change_key is not null
                then coalesce(origins.origin, changed.role_arn, changed.role_id)
            when changed.identity_type in ('IAMUser', 'Root')
                then changed.identity_arn
            when changed.identity_type = 'FederatedUser'
                then changed.issuer_arn
            when changed.identity_type = 'AWSService'
                then coalesce(changed.invoked_by, changed.source_ip_address)
            when changed.identity_type = 'IdentityCenterUser'
                then
                    'sso:' || coalesce(
                        changed.on_behalf_of_user_id,
                        changed.identity_user_name,
                        changed.identity_principal_id
                    )
            when
                changed.identity_type = 'AWSAccount'
                and changed.identity_principal_id is not null
                then
                    changed.identity_account_id || ':'
                    || split_part(changed.identity_principal_id, ':', 1)
            else
                coalesce(
                    changed.identity_arn,
                    changed.invoked_by,
                    changed.identity_account_id
                )
        end as actor,
        case
            when acting.change_key is not null
                then
                    case
                        when origins.origin is null then 'role'
                        else origins.origin_kind
                    end
            when changed.identity_type = 'IAMUser' then 'user'
            when changed.identity_type = 'Root' then 'root'
            when changed.identity_type = 'FederatedUser'
                then
                    case
                        when changed.issuer_type = 'Root' then 'root'
                        else 'user'
                    end
            when changed.identity_type = 'AWSService' then 'service'
            when changed.identity_type = 'IdentityCenterUser'
                then 'identity_center'
            when changed.identity_type = 'AWSAccount' then 'account'
            else 'unknown'
        end as actor_kind,
        case
            when origins.origin is not null
                then coalesce(changed.role_arn, changed.role_id)
        end as via
    from changed
    left join acting on changed.change_key = acting.change_key
    left join origins
        on
            acting.role_key = origins.role_key
            and changed.role_session_name = origins.role_session_name
            and changed.created_key = origins.created_key

)

select
    changed.event_time,
    changed.event_id,
    changed.account_id,
    changed.aws_region,
    changed.change,
    changed.severity,
    changed.outcome,
    case
        when roles_of.change_key is null then array[]
        else roles_of.role_arns
    end as role_arns,
    changed.policy_arn,
    actors.actor,
    actors.actor_kind,
    changed.source_ip_address,
    actors.via,
    changed.summary
from changed
cross join params
inner join actors on changed.change_key = actors.change_key
left join roles_of on changed.change_key = roles_of.change_key
left join asked on changed.change_key = asked.change_key
where params.role is null or asked.change_key is not null
order by
    changed.event_time desc,
    changed.event_id asc nulls last,
    changed.account_id asc nulls last,
    changed.change_key asc
