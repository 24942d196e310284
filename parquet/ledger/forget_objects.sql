-- Objects whose events may be lost are read again.
delete from source_objects
where status is null
