insert into files (path, table_name, partition, rows, bytes, sha256, run_id)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
on conflict (path) do update set
    rows = excluded.rows,
    bytes = excluded.bytes,
    sha256 = excluded.sha256,
    run_id = excluded.run_id
