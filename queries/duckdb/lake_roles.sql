-- The inventory's roles, all snapshots.
create view lake.roles as
select
    * replace (
        make_timestamp(epoch_us(created_at)) as created_at,
        make_timestamp(epoch_us(last_used)) as last_used,
        make_timestamp(epoch_us(snapshot_at)) as snapshot_at
    )
from read_parquet(
    getvariable('roles_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'snapshot_date': date}
);
