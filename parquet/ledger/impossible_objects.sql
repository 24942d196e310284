-- Objects that no commit wrote: the pragma does not hold every row against the constraints of its table.
-- That the last column is read lets SQLite see where the lengths of others are not so.
select
    series.before,
    series.middle,
    series.after,
    source_objects.minute,
    source_objects.rest
from source_objects
inner join series on source_objects.series_id = series.id
where
    source_objects.records is not source_objects.written + source_objects.duplicate + source_objects.quarantined
    or source_objects.status is not null and source_objects.status not in ('quarantined', 'skipped')
    or (source_objects.status is null) <> (source_objects.reason is null)
    or (source_objects.status is null) <> (source_objects.at is null)
limit 1
