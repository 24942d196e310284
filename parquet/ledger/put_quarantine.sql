insert into quarantine (
    object, byte_offset, record_index, reason, detail, sha256, run_id, at
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
