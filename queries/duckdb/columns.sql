-- The columns that any of the files have.
select distinct name
from parquet_schema(cast(? as varchar[]));
