-- What did this role's calls touch? One row per role, action and set of resources
-- that events of it show.
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
        cast(? as date) as inventory_date
    from given

),

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

asked as (

    select
        roles.role_key,
        roles.account_id,
        roles.arn,
        roles.role_id
    from snapshot_roles as roles
    cross join params
    where
        (
            roles.name = params.role
            or roles.arn = params.role
            or roles.role_id = params.role
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), roles.account_id)
        )

),

-- The names that events give the roles: the id, or the ARN while it was theirs.
names as (

    select
        role_id as ref,
        timestamp '0001-01-01 00:00:00.000000' as valid_from,
        timestamp '9999-12-31 00:00:00.000000' as valid_to,
        account_id,
        arn,
        role_id
    from asked
    where role_id is not null

    union all

    select
        role_names.role_arn as ref,
        role_names.valid_from,
        role_names.valid_to,
        asked.account_id,
        asked.arn,
        asked.role_id
    from asked
    inner join lake.role_names as role_names
        on asked.role_key = role_names.role_key

),

calls as (

    select
        names.account_id,
        names.arn,
        names.role_id,
        events.iam_action,
        coalesce(
            events.passed_role_arn is null
            and contains(events.iam_actions_possible, 'iam:PassRole'),
            false
        ) as may_pass,
        json_extract_scalar(events.resources, '$[0].ARN') as first_arn,
        json_extract_scalar(events.resources, '$[1].ARN') as second_arn,
        json_extract_scalar(events.resources, '$[2].ARN') as third_arn,
        -- The fourth may have no ARN, and the fifth one.
        case
            when
                json_extract_scalar(events.resources, '$[3].ARN') is not null
                or json_extract_scalar(events.resources, '$[3].ARNPrefix')
                is not null
                or json_extract_scalar(events.resources, '$[3].type')
                is not null
                then '…'
        end as more
    from events
    inner join names
        on
            coalesce(events.role_id, events.role_arn) = names.ref
            and events.event_time >= names.valid_from
            and events.event_time < names.valid_to
    cross join params
    where
        events.event_date >= cast(? as date)
        and events.event_date <= cast(? as date)
        and events.event_time >= params.since
        and events.event_time < params.until
        and events.outcome <> 'denied'

),

-- The calls that passed a role. The lake names one of a call, which may have passed
-- more: then its parameters hold further ARNs of roles. (They are wide: this reads
-- those of few events.) Some services are told the further ones by name.
passed as (

    select
        names.account_id,
        names.arn,
        names.role_id,
        events.passed_role_arn,
        case
            when
                events.event_source in (
                    'datapipeline.amazonaws.com',
                    'elasticbeanstalk.amazonaws.com'
                )
                or cardinality(split(events.request_parameters, ':role/'))
                > cardinality(
                    split(
                        events.request_parameters,
                        '"' || events.passed_role_arn || '"'
                    )
                )
                then '…'
        end as more
    from events
    inner join names
        on
            coalesce(events.role_id, events.role_arn) = names.ref
            and events.event_time >= names.valid_from
            and events.event_time < names.valid_to
    cross join params
    where
        events.event_date >= cast(? as date)
        and events.event_date <= cast(? as date)
        and events.event_time >= params.since
        and events.event_time < params.until
        and events.outcome <> 'denied'
        and events.passed_role_arn is not null

),

-- The key of an S3 object says nothing about the next one: its bucket stands for
-- it. iam:PassRole has no event of its own, only the role that is passed.
shown as (

    select
        account_id,
        arn,
        role_id,
        iam_action as action,
        case
            when strpos(first_arn, ':s3:::') > 0 and strpos(first_arn, '/') > 0
                then split_part(first_arn, '/', 1) || '/*'
            else first_arn
        end as first_arn,
        case
            when
                strpos(second_arn, ':s3:::') > 0 and strpos(second_arn, '/') > 0
                then split_part(second_arn, '/', 1) || '/*'
            else second_arn
        end as second_arn,
        case
            when strpos(third_arn, ':s3:::') > 0 and strpos(third_arn, '/') > 0
                then split_part(third_arn, '/', 1) || '/*'
            else third_arn
        end as third_arn,
        more
    from calls
    where iam_action is not null

    union all

    select
        account_id,
        arn,
        role_id,
        'iam:PassRole' as action,
        cast(null as varchar) as first_arn,
        cast(null as varchar) as second_arn,
        cast(null as varchar) as third_arn,
        cast(null as varchar) as more
    from calls
    where may_pass

    union all

    select
        account_id,
        arn,
        role_id,
        'iam:PassRole' as action,
        passed_role_arn as first_arn,
        cast(null as varchar) as second_arn,
        cast(null as varchar) as third_arn,
        more
    from passed

),

counted as (

    select
        account_id,
        arn,
        role_id,
        action,
        first_arn,
        second_arn,
        third_arn,
        more,
        count(*) as events
    from shown
    group by
        account_id,
        arn,
        role_id,
        action,
        first_arn,
        second_arn,
        third_arn,
        more

),

placed as (

    select
        counted.*,
        sum(events) over (partition by arn, role_id, action) as total,
        row_number() over (
            partition by arn, role_id, action
            order by
                events desc,
                first_arn asc nulls last,
                second_arn asc nulls last,
                third_arn asc nulls last,
                more asc nulls last
        ) as place
    from counted

)

select
    placed.account_id,
    placed.arn as role_arn,
    placed.role_id,
    placed.action,
    actions.resource_types,
    actions.observability,
    array[
        placed.first_arn, placed.second_arn, placed.third_arn, placed.more
    ] as resources,
    placed.events,
    cast(placed.total as bigint) as total
from placed
left join lake.actions as actions on placed.action = actions.action
where placed.place <= 100
order by
    placed.account_id asc nulls last,
    placed.arn asc nulls last,
    placed.role_id asc nulls last,
    placed.action asc nulls last,
    placed.place asc
