delete from documents
where
    subject = ?1
    and (at_us, turn, event) < (
        select
            at_us,
            turn,
            event
        from documents
        where subject = ?1
        order by at_us desc, turn desc, event desc
        limit 1 offset ?2
    )
