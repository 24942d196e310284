select
    count(*) as number,
    coalesce(min(first_us), 0) as first_us
from (
    select first_us
    from seen
    where kind = ?1 and key >= ?2 and key < ?3
    limit ?4
)
