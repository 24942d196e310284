insert into objects (
    name, size, modified_ns, family, status, reason,
    records, written, duplicate, quarantined, run_id, at
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
on conflict (name) do update set
    size = excluded.size,
    modified_ns = excluded.modified_ns,
    family = excluded.family,
    status = excluded.status,
    reason = excluded.reason,
    records = excluded.records,
    written = excluded.written,
    duplicate = excluded.duplicate,
    quarantined = excluded.quarantined,
    run_id = excluded.run_id,
    at = excluded.at
