-- Objects that could not be read as a whole. They are found by their entries in the
-- quarantine, of which there are few beside all objects.
select
    name,
    size,
    modified_ns,
    at
from objects
where
    status = 'quarantined'
    and name in (
        select object
        from quarantine
        where record_index is null
    )
