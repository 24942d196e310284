-- What trails log, all snapshots.
create view lake.trails as
select *
from read_parquet(
    getvariable('trails_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
