-- Which services are called most, and how often is a call of theirs refused?
select
    event_source,
    count(*) as calls,
    count(case when outcome = 'denied' then 1 end) as denied
from events
group by event_source
order by calls desc, event_source asc
fetch first 20 rows only
