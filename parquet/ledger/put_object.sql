insert into source_objects (
    series_id, minute, rest, size, modified_ns,
    records, written, duplicate, quarantined, run_id, status, reason, at,
    checksum
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
on conflict (series_id, minute, rest) do update set
    size = excluded.size,
    modified_ns = excluded.modified_ns,
    records = excluded.records,
    written = excluded.written,
    duplicate = excluded.duplicate,
    quarantined = excluded.quarantined,
    run_id = excluded.run_id,
    status = excluded.status,
    reason = excluded.reason,
    at = excluded.at,
    checksum = excluded.checksum
