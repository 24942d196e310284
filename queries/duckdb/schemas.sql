-- How many different schemas the files have.
select count(distinct columns)
from (
    select string_agg(
        concat_ws(' ', name, type, converted_type, logical_type), ', ' order by name
    ) as columns
    from parquet_schema(cast(? as varchar[]))
    group by file_name
);
