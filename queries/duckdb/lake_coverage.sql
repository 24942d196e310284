-- What each ingested object held, per account, Region, family and day.
create view lake.coverage as
select *
from read_parquet(
    getvariable('coverage_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = false
);
