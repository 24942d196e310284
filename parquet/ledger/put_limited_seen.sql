-- Of entries whose keys begin alike there are at most ?8 new ones.
insert into seen (kind, key, first_us, last_us, number)
select
    ?1,
    ?2,
    ?3,
    ?4,
    ?5
where
    exists (select 1 from seen where kind = ?1 and key = ?2)
    or (
        select count(*)
        from (
            select 1
            from seen
            where kind = ?1 and key >= ?6 and key < ?7
            limit ?8
        )
    ) < ?8
on conflict (kind, key) do update set
    first_us = min(first_us, excluded.first_us),
    last_us = max(last_us, excluded.last_us),
    number = number + excluded.number
