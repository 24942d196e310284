-- Which role of the inventories had an ARN when? One row per ARN and span of time
-- (valid_from <= event_time < valid_to), also of the ARN without its path, which
-- some records leave out (P31). The spans of an ARN follow each other without a gap.
--
-- A name is given once in an account at a time, so the inventories of all days tell
-- together who had it: a role has it from its making on, or where no inventory dates
-- that, from the first that has it; the first of all has it from ever.
create view lake.role_spans as
with

inventoried as (

    select
        arn,
        split_part(arn, ':role/', 1) || ':role/' || regexp_extract(arn, '[^/]+$')
            as pathless_arn,
        role_key,
        max(role_id) as role_id,
        min(created_at) as made_at,
        min(snapshot_date) as first_day,
        coalesce(
            min(created_at), cast(min(snapshot_date) as timestamp(6))
        ) as begins_at
    from lake.inventory
    group by arn, role_key

),

bearers as (

    select
        case when forms.has_path then arn else pathless_arn end as role_arn,
        inventoried.*
    from inventoried
    cross join (values (true), (false)) as forms (has_path)
    where not forms.has_path or arn <> pathless_arn

),

placed as (

    select
        bearers.*,
        row_number() over (
            partition by role_arn
            order by begins_at asc, first_day asc, role_key asc
        ) as place,
        lead(begins_at) over (
            partition by role_arn
            order by begins_at asc, first_day asc, role_key asc
        ) as ends_at
    from bearers

),

spans as (

    select
        role_arn,
        case
            when place = 1 and made_at is null
                then timestamp '0001-01-01 00:00:00.000000'
            else begins_at
        end as valid_from,
        coalesce(ends_at, timestamp '9999-12-31 00:00:00.000000') as valid_to,
        role_key,
        role_id
    from placed

)

select *
from spans
where valid_from < valid_to;
