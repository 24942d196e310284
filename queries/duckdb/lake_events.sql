-- The event files as they lie in the lake. The list of files comes from the
-- lake's own manifest through a variable, never from a pattern. Instants become
-- plain UTC timestamps here, by way of the integer: a cast through the session's
-- time zone is eight times slower and says the same. Files of different versions
-- are united by column name, which costs a look at every file each time; mixed
-- is set if that is needed.
create view lake.events as
select
    * replace (
        make_timestamp(epoch_us(event_time)) as event_time,
        make_timestamp(epoch_us(session_created_at)) as session_created_at
    )
from read_parquet(
    getvariable('events_files'),
    union_by_name = coalesce(getvariable('mixed'), false),
    hive_partitioning = true,
    hive_types = {'event_date': date}
);
