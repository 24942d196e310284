-- Objects that could not be read as a whole.
select
    name,
    size,
    modified_ns,
    at
from objects
where status = 'quarantined'
