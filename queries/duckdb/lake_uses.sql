-- What was used on the days that are compact, one row per use, as it lies in the lake
-- beside their events.
create view lake.day_uses as
select *
from read_parquet(
    getvariable('uses_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'event_date': date}
);
