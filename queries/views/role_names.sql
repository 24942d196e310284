-- Which role an ARN stands for where a record has no id: one row per such ARN and
-- span of time (valid_from <= event_time < valid_to). The spans of an ARN follow each
-- other without a gap, so every such record has one row here.
--
-- They are those of the inventories (role_spans). What is older than the first was
-- another role (P36): the one whose id alone the logs knew by then, or nobody knows
-- which; so is an ARN that no inventory has.
create view lake.role_names as
with

unnamed as (

    select
        role_arn,
        min(first_seen) as first_seen
    from (
        select
            assumed_role_arn as role_arn,
            min(event_time) as first_seen
        from lake.assumption_records
        where assumed_role_id is null and assumed_role_arn is not null
        group by assumed_role_arn

        union all

        select
            role_arn,
            min(first_seen) as first_seen
        from lake.uses
        where role_id is null and role_arn is not null
        group by role_arn
    ) as records
    group by role_arn

),

-- Whose records are older than all that the inventories tell of the name.
older as (

    select
        unnamed.role_arn,
        coalesce(min(spans.valid_from), timestamp '9999-12-31 00:00:00.000000')
            as valid_to
    from unnamed
    left join lake.role_spans as spans on unnamed.role_arn = spans.role_arn
    group by unnamed.role_arn, unnamed.first_seen
    having
        unnamed.first_seen
        < coalesce(min(spans.valid_from), timestamp '9999-12-31 00:00:00.000000')

),

-- (Grouped by one column each, whose dictionary DuckDB then makes use of.)
named as (

    select
        uses.role_arn,
        min(uses.role_id) as first_id,
        max(uses.role_id) as last_id
    from lake.uses as uses
    inner join older on uses.role_arn = older.role_arn
    where uses.first_seen < older.valid_to
    group by uses.role_arn

    union all

    select
        records.assumed_role_arn as role_arn,
        min(records.assumed_role_id) as first_id,
        max(records.assumed_role_id) as last_id
    from lake.assumption_records as records
    inner join older on records.assumed_role_arn = older.role_arn
    where records.event_time < older.valid_to
    group by records.assumed_role_arn

),

by_log as (

    select
        role_arn,
        min(first_id) as role_id
    from named
    group by role_arn
    having min(first_id) = max(last_id)

)

select
    role_arn,
    valid_from,
    valid_to,
    role_key,
    role_id
from lake.role_spans

union all

select
    older.role_arn,
    timestamp '0001-01-01 00:00:00.000000' as valid_from,
    older.valid_to,
    coalesce(
        by_log.role_id,
        -- The ARN is the key of a younger role, if that has no id either.
        case
            when older.valid_to < timestamp '9999-12-31 00:00:00.000000'
                then
                    older.role_arn || ' until '
                    || cast(older.valid_to as varchar)
        end,
        older.role_arn
    ) as role_key,
    by_log.role_id
from older
left join by_log on older.role_arn = by_log.role_arn;
