-- The events of files beside which no file says what was used.
create view lake.loose_events as
select *
from read_parquet(
    getvariable('loose_events_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'event_date': date}
);
