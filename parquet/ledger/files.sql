-- replacing_bytes: size of a file that is about to take this one's place.
select
    f.path,
    f.table_name,
    f.partition,
    f.rows,
    f.bytes,
    f.sha256,
    r.bytes as replacing_bytes
from files as f
left join replacing as r on f.path = r.path
order by f.path
