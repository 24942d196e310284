-- Objects whose events may be lost are read again.
delete from objects
where status = 'ingested'
