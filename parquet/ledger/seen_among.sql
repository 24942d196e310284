-- ?2 is a JSON list of keys in hexadecimal digits.
select
    key,
    first_us,
    last_us,
    number
from seen
where kind = ?1 and key in (select unhex(value) from json_each(?2))
