-- The newest run, whether it has come to its end or not.
select
    id,
    started_at
from runs
order by id desc
limit 1
