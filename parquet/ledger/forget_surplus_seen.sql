-- Of a kind the ?2 entries that were seen last are kept. Only where there are more are they sorted.
delete from seen
where
    kind = ?1
    and (select count(*) from seen where kind = ?1) > ?2
    and last_us <= (
        select last_us
        from seen
        where kind = ?1
        order by last_us desc
        limit 1 offset ?2
    )
