insert into series (before, middle, after)
values (?1, ?2, ?3)
