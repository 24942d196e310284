-- What roles may do, all snapshots.
create view lake.role_permissions as
select *
from read_parquet(
    getvariable('role_permissions_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
