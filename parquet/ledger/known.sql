-- Objects that need not be read again; quarantined ones are tried once more.
select
    name,
    size,
    modified_ns
from objects
where status in ('ingested', 'skipped')
