-- The event files of a lake that has corrections, without what they take the place of.
create or replace view lake.events as
select files.*
from
    read_parquet(
        getvariable('events_files'),
        union_by_name = coalesce(getvariable('mixed'), false),
        hive_partitioning = true,
        hive_types = {'event_date': date}
    ) as files
where
    not exists (
        select 1
        from lake.replaced as replaced
        where
            files.event_id = replaced.event_id
            and files.recipient_account_id
            is not distinct from replaced.recipient_account_id
    );
