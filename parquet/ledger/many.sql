select
    span,
    last_us,
    entries
from seen_many
where kind = ?1
order by last_us
