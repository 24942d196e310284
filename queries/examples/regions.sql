-- In which Regions do roles act, and since when?
select
    aws_region,
    count(*) as calls,
    count(distinct role_arn) as roles,
    min(event_time) as first_seen
from role_use
group by aws_region
order by calls desc, aws_region asc
