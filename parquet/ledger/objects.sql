-- All that is said of all objects, those of a series one after the other.
select
    series_id,
    minute,
    rest,
    size,
    modified_ns,
    records,
    written,
    duplicate,
    quarantined,
    run_id,
    status,
    reason,
    at,
    checksum
from source_objects
order by series_id
