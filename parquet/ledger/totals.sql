select
    (select count(*) from source_objects where status is null) as ingested,
    (select count(*) from source_objects where status = 'skipped') as skipped,
    (select count(*) from source_objects where status = 'quarantined') as quarantined,
    (select coalesce(sum(records), 0) from source_objects) as records,
    (select coalesce(sum(written), 0) from source_objects) as written,
    (select coalesce(sum(duplicate), 0) from source_objects) as duplicate,
    (select coalesce(sum(quarantined), 0) from source_objects) as bad_records,
    (select count(*) from files) as files,
    (select coalesce(sum(rows), 0) from files) as rows,
    (select coalesce(sum(bytes), 0) from files) as bytes,
    (select count(*) from quarantine) as quarantine_entries
