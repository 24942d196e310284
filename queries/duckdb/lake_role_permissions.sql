-- What roles may do, all snapshots.
create view lake.role_permissions as
select
    * replace (
        make_timestamp(epoch_us(granted_at)) as granted_at,
        make_timestamp(epoch_us(snapshot_at)) as snapshot_at
    )
from read_parquet(
    getvariable('role_permissions_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
