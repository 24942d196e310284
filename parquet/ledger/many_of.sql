-- ?2 is a JSON list in hexadecimal digits.
select
    span,
    last_us,
    entries
from seen_many
where kind = ?1 and span in (select unhex(value) from json_each(?2))
