-- Objects that no commit wrote: the pragma does not hold every row against the constraints of its table.
select name
from objects
where
    status not in ('ingested', 'quarantined', 'skipped')
    or records <> written + duplicate + quarantined
limit 1
