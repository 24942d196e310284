insert into seen_many (kind, span, part, number, last_us, entries)
select
    ?1,
    ?2,
    coalesce(max(part), 0) + 1,
    ?3,
    ?4,
    ?5
from seen_many
where kind = ?1 and span = ?2
