-- How many calls were logged on each day, and by how many roles?
select
    event_date,
    count(*) as calls,
    count(distinct role_arn) as roles
from events
group by event_date
order by event_date desc
fetch first 92 rows only
