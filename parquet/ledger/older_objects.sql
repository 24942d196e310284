-- All objects of a ledger of version 2.
select
    name,
    size,
    modified_ns,
    status,
    reason,
    records,
    written,
    duplicate,
    quarantined,
    run_id,
    at
from objects
order by name
