-- Would the logs show a granted action? One row per set of trails that log the same
-- accounts (as view account_trails has them) and kind of action: service, events,
-- and whether it asks for reads and for writes. Of the snapshots of a trail the
-- newest counts.
create view lake.logging as
with

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
        split_part(trails.trail_arn, '/', 2) as trail_name,
        case
            when trails.category = 'Management' then 'management events'
            when trails.category = 'Data' then trails.resource_type
        end as events,
        case
            when trails.logs_reads and trails.logs_writes then 'events'
            when trails.logs_reads then 'reads'
            else 'writes'
        end as logs
    from lake.trails as trails
    inner join newest
        on
            trails.account_id = newest.account_id
            and trails.snapshot_date = newest.snapshot_date

),

-- An action that the catalogue does not know may be any management event.
kinds as (

    select
        service,
        events,
        asks_reads,
        asks_writes
    from lake.action_kinds
    where events is not null

    union

    select
        split_part(action, ':', 1) as service,
        'management events' as events,
        true as asks_reads,
        true as asks_writes
    from lake.role_permissions

),

-- The first thing that each selector lacks; 1 is nothing.
lacks as (

    select
        kinds.service,
        kinds.events,
        kinds.asks_reads,
        kinds.asks_writes,
        selectors.trail_arn,
        selectors.trail_name,
        selectors.home_region,
        selectors.snapshot_date,
        selectors.logs,
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
            when
                selectors.category = 'Data'
                and selectors.is_multi_region is null
                then 2
            else 1
        end as lack
    from kinds
    inner join selectors on kinds.events = selectors.events

),

sets as (

    select distinct
        trails,
        trail_arn
    from lake.account_trails

),

best as (

    select
        sets.trails,
        lacks.*,
        row_number() over (
            partition by
                sets.trails,
                lacks.service,
                lacks.events,
                lacks.asks_reads,
                lacks.asks_writes
            order by lacks.lack asc, lacks.trail_arn asc, lacks.logs asc
        ) as place
    from sets
    inner join lacks on sets.trail_arn = lacks.trail_arn

),

known as (

    select
        trails,
        max(snapshot_date) as snapshot_date
    from lake.account_trails
    group by trails

)

select
    known.trails,
    kinds.service,
    kinds.events,
    kinds.asks_reads,
    kinds.asks_writes,
    case
        when best.lack = 1 then 'all'
        when best.lack = 3 and kinds.events = 'management events'
            then 'one_region'
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
from known
cross join kinds
left join best
    on
        known.trails = best.trails
        and kinds.service = best.service
        and kinds.events = best.events
        and kinds.asks_reads = best.asks_reads
        and kinds.asks_writes = best.asks_writes
        and best.place = 1;
