-- Objects that need not be read again, those of a series one after the other; quarantined ones are tried once more.
select
    series_id,
    minute,
    rest,
    size,
    modified_ns
from source_objects
where status is null or status = 'skipped'
order by series_id
