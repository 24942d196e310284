-- What role sessions did on the days that are compact, one row per session, as it lies in
-- the lake beside their events.
create view lake.session_days as
select *
from read_parquet(
    getvariable('session_days_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'event_date': date}
);
