-- The event files as they lie in the lake. The list of files comes from the
-- lake's own manifest through a variable, never from a pattern. Nothing is computed
-- here, so that filters reach the statistics of the files. Files of different
-- versions are united by column name, which costs a look at every file each time;
-- mixed is set if that is needed.
create view lake.events as
select *
from read_parquet(
    getvariable('events_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'event_date': date}
);
