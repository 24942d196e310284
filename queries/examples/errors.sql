-- Which errors are most frequent, and where?
select
    error_code,
    event_source,
    event_name,
    count(*) as calls
from events
where error_code is not null
group by error_code, event_source, event_name
order by calls desc, error_code asc, event_name asc
fetch first 50 rows only
