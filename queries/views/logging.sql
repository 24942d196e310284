-- Would the logs show a granted action? One row per account of which a trail is
-- known and kind of action: service, access level, observability and data type. A
-- trail is of its owner's account, or of all accounts if it is an organisation's
-- (P28); of its snapshots the newest counts.
create view lake.logging as
with

-- (Not by way of the view trails: within this schema the name is the table's.)
newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.trails
    group by account_id

),

selectors as (

    select
        trails.*,
        split_part(trails.trail_arn, '/', 2) as trail_name
    from lake.trails as trails
    inner join newest
        on
            trails.account_id = newest.account_id
            and trails.snapshot_date = newest.snapshot_date

),

-- AWS calls AssumeRole (P29), Decrypt, Encrypt and GenerateDataKey reads, and IAM
-- calls them writes: of kms and sts, and where IAM says nothing, both are asked for.
kinds as (

    select distinct
        permissions.account_id,
        split_part(permissions.action, ':', 1) as service,
        actions.access_level,
        actions.observability,
        actions.data_type,
        case
            when actions.observability = 'data' then 'Data'
            else 'Management'
        end as category,
        case
            when actions.observability = 'data' then actions.data_type
            else 'management events'
        end as events,
        coalesce(
            actions.access_level in ('read', 'list')
            or split_part(permissions.action, ':', 1) in ('kms', 'sts'),
            true
        ) as asks_reads,
        coalesce(actions.access_level not in ('read', 'list'), true)
            as asks_writes
    from lake.role_permissions as permissions
    left join lake.actions as actions on permissions.action = actions.action
    -- Data events without a type are none that a trail can be told to log.
    where
        actions.observability is distinct from 'data'
        or actions.data_type is not null

),

covering as (

    select distinct
        accounts.account_id,
        selectors.trail_arn,
        selectors.snapshot_date
    from (select distinct account_id from kinds) as accounts
    inner join selectors
        on
            accounts.account_id = selectors.account_id
            or selectors.is_organization

),

-- The first thing that each selector lacks; 1 is nothing.
lacks as (

    select
        kinds.*,
        selectors.trail_arn,
        selectors.trail_name,
        selectors.home_region,
        selectors.snapshot_date,
        case
            when selectors.logs_reads and selectors.logs_writes then 'events'
            when selectors.logs_reads then 'reads'
            else 'writes'
        end as logs,
        case
            when
                coalesce(
                    contains(selectors.excluded_services, kinds.service), false
                )
                then 7
            when kinds.asks_reads and not selectors.logs_reads then 6
            when kinds.asks_writes and not selectors.logs_writes then 5
            when selectors.is_narrowed then 4
            when not selectors.is_multi_region then 3
            when kinds.category = 'Data' and selectors.is_multi_region is null
                then 2
            else 1
        end as lack
    from kinds
    inner join covering on kinds.account_id = covering.account_id
    inner join selectors
        on
            covering.trail_arn = selectors.trail_arn
            and kinds.category = selectors.category
            and (
                kinds.category = 'Management'
                or kinds.events = selectors.resource_type
            )

),

best as (

    select
        lacks.*,
        row_number() over (
            partition by account_id, service, access_level, observability, data_type
            order by lack asc, trail_arn asc, logs asc
        ) as place
    from lacks

),

known as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from covering
    group by account_id

)

select
    kinds.account_id,
    kinds.service,
    kinds.access_level,
    kinds.observability,
    kinds.data_type,
    case
        when best.lack = 1 then 'all'
        when best.lack = 3 and kinds.category = 'Management' then 'one_region'
        else 'no'
    end as extent,
    case best.lack
        when 1
            then
                'trail ' || best.trail_name || ' logs all ' || best.logs
                || ' of ' || kinds.events
        when 2
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ', but of which Regions only describe-trails says'
        when 3
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' of ' || coalesce(best.home_region, 'one Region') || ' alone'
        when 4
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' in part'
        when 5
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' without writes'
        when 6
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' without reads'
        when 7
            then
                'trail ' || best.trail_name || ' leaves out ' || kinds.service
        else 'no known trail logs ' || kinds.events
    end
    || ', as of '
    || cast(coalesce(best.snapshot_date, known.snapshot_date) as varchar)
        as reason
from kinds
inner join known on kinds.account_id = known.account_id
left join best
    on
        kinds.account_id = best.account_id
        and kinds.service = best.service
        and kinds.access_level is not distinct from best.access_level
        and kinds.observability is not distinct from best.observability
        and kinds.data_type is not distinct from best.data_type
        and best.place = 1;
