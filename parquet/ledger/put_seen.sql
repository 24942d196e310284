-- ?1 is a JSON list of lists: kind, key in hexadecimal digits, first_us, last_us, number.
insert into seen (kind, key, first_us, last_us, number)
select
    value ->> 0,
    unhex(value ->> 1),
    value ->> 2,
    value ->> 3,
    value ->> 4
from json_each(?1)
where true
on conflict (kind, key) do update set
    first_us = min(first_us, excluded.first_us),
    last_us = max(last_us, excluded.last_us),
    number = number + excluded.number
