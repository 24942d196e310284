select
    name,
    sql
from sqlite_schema
-- ledgers of before have no outbox
where sql is not null and name <> 'outbox'
order by name
