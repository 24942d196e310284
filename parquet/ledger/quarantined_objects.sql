-- Objects that could not be read as a whole.
select
    series_id,
    minute,
    rest,
    size,
    modified_ns,
    at
from source_objects
where status = 'quarantined'
