-- From which addresses do roles act, and how many roles from each?
select
    source_ip_address,
    count(*) as calls,
    count(distinct role_arn) as roles,
    min(event_time) as first_seen,
    max(event_time) as last_seen
from role_use
where invoked_by is null
group by source_ip_address
order by calls desc, source_ip_address asc
fetch first 50 rows only
