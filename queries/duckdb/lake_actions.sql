-- The catalogue of IAM actions.
create view lake.actions as
select *
from read_parquet(
    getvariable('actions_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = false
);
