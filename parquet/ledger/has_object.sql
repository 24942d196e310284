-- Whether an object is known as it is.
select exists (
    select 1
    from source_objects
    where
        series_id = (
            select id
            from series
            where before = ?1 and middle = ?2 and after = ?3
        )
        and minute = ?4
        and rest = ?5
        and size = ?6
        and modified_ns = ?7
        and (status is null or status = 'skipped')
)
