insert into seen (kind, key, first_us, last_us, number)
values (?1, ?2, ?3, ?4, ?5)
on conflict (kind, key) do update set
    first_us = min(first_us, excluded.first_us),
    last_us = max(last_us, excluded.last_us),
    number = number + excluded.number
