select
    before,
    middle,
    after
from series
where id = ?1
