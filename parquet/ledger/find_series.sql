select id
from series
where before = ?1 and middle = ?2 and after = ?3
