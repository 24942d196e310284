-- Of a kind the rows that were seen last are kept, as long as there are no more than ?2 entries in them: one
-- that has more goes as a whole.
delete from seen_many
where
    kind = ?1
    and (span, part) in (
        select
            span,
            part
        from (
            select
                span,
                part,
                sum(number)
                    over (order by last_us desc, span asc, part asc)
                    as so_far
            from seen_many
            where kind = ?1
        )
        where so_far > ?2
    )
returning number
