-- Whether an object is known as it is.
select exists (
    select 1
    from objects
    where
        name = ?1
        and size = ?2
        and modified_ns = ?3
        and (status = 'ingested' or status = 'skipped')
)
