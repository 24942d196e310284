-- What each ingested object held, per account, Region, family and day.
create view lake.coverage as
select
    * replace (
        make_timestamp(epoch_us(first_event)) as first_event,
        make_timestamp(epoch_us(last_event)) as last_event
    )
from read_parquet(
    getvariable('coverage_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = false
);
