-- The policy documents, all snapshots.
create view lake.policies as
select *
from read_parquet(
    getvariable('policies_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
