-- One row per source object, account, Region, log family and event day. A crash
-- can leave a row twice in the files; here it stands once. So does what two
-- objects of the same contents hold of a family whose records the lake does not
-- keep: one of them was copied or moved and read again. (Who asks for days and times alone
-- reads lake.coverage, to which a row twice is a row: to tell copies is to sort them all.)
create view coverage as
with

numbered as (

    select
        *,
        row_number() over (
            partition by
                account_id,
                aws_region,
                family,
                event_date,
                records,
                events,
                first_event,
                last_event,
                fingerprint,
                case when fingerprint is null then source_object end
            order by source_object asc nulls last
        ) as copy_number
    from lake.coverage

)

select
    source_object,
    account_id,
    aws_region,
    family,
    event_date,
    records,
    events,
    first_event,
    last_event
from numbered
where copy_number = 1;
