-- The inventory's roles, all snapshots.
create view lake.roles as
select *
from read_parquet(
    getvariable('roles_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
