-- The columns of the tables over the files of the lake, as the catalogue has them.
select
    table_name,
    column_name
from information_schema.columns
where table_schema = 'files'
