-- How many different schemas the files have, and one of those whose times are
-- instants.
select
    count(distinct columns) as schemas,
    min(file_name) filter (where has_instants) as of_older_build
from (
    select
        file_name,
        bool_or(contains(logical_type, 'isAdjustedToUTC=1')) as has_instants,
        string_agg(
            concat_ws(' ', name, type, converted_type, logical_type), ', ' order by name
        ) as columns
    from parquet_schema(cast(? as varchar[]))
    group by file_name
);
