select exists(
    select 1
    from files as f
    where
        f.table_name = ?1
        and not exists (select 1 from learnt_files as l where l.path = f.path)
)
