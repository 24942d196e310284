select
    (select count(*) from objects where status = 'ingested') as ingested,
    (select count(*) from objects where status = 'skipped') as skipped,
    (select count(*) from objects where status = 'quarantined') as quarantined,
    (select coalesce(sum(records), 0) from objects) as records,
    (select coalesce(sum(written), 0) from objects) as written,
    (select coalesce(sum(duplicate), 0) from objects) as duplicate,
    (select coalesce(sum(quarantined), 0) from objects) as bad_records,
    (select count(*) from files) as files,
    (select coalesce(sum(rows), 0) from files) as rows,
    (select coalesce(sum(bytes), 0) from files) as bytes,
    (select count(*) from quarantine) as quarantine_entries
