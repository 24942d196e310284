-- Every column of every view. It is read whole and looked through by the prompt,
-- so that no name is ever put into a statement.
select
    table_name,
    column_name,
    data_type
from information_schema.columns
where table_schema = current_schema
order by table_name, ordinal_position
