-- Before the views: one clock for all connections, and a place for what the lake
-- holds beside the views for readers.
set global TimeZone = 'UTC';

set global parquet_metadata_cache = true;

create schema lake;
