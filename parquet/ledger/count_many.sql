select
    coalesce(sum(number), 0) as number,
    coalesce(min(last_us), 0) as oldest_us,
    coalesce(max(last_us), 0) as newest_us
from seen_many
where kind = ?1
