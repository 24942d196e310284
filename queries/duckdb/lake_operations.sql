-- The operations of AWS's API and the actions they ask for.
create view lake.operations as
select *
from read_parquet(
    getvariable('operations_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = false
);
