-- The policy documents, all snapshots.
create view lake.policies as
select
    * replace (
        make_timestamp(epoch_us(created_at)) as created_at,
        make_timestamp(epoch_us(snapshot_at)) as snapshot_at
    )
from read_parquet(
    getvariable('policies_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
