-- Objects that could not be read as a whole.
select
    series.before,
    series.middle,
    series.after,
    source_objects.minute,
    source_objects.rest,
    source_objects.size,
    source_objects.modified_ns,
    source_objects.at
from source_objects
inner join series on source_objects.series_id = series.id
where source_objects.status = 'quarantined'
