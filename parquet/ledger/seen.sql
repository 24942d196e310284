select
    first_us,
    last_us,
    number
from seen
where kind = ?1 and key = ?2
