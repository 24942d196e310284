-- Under which conditions, all snapshots.
create view lake.role_trust_conditions as
select *
from read_parquet(
    getvariable('role_trust_conditions_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
