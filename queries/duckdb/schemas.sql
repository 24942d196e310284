-- How many different schemas the files have, and one of those whose times are
-- instants. (The sum of the hashes of its columns stands for a schema: to write all of
-- them out takes three times as long. Were two schemas taken for one, DuckDB would miss a
-- column, and say so.)
select
    count(distinct columns) as schemas,
    min(file_name) filter (where has_instants) as of_older_build
from (
    select
        file_name,
        bool_or(contains(logical_type, 'isAdjustedToUTC=1')) as has_instants,
        sum(hash(name, type, converted_type, logical_type)) as columns
    from parquet_schema(cast(? as varchar[]))
    group by file_name
);
