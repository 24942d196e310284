-- Which roles were handed to services, by whom, and in which calls?
select
    passed_role_arn,
    event_source,
    event_name,
    coalesce(role_arn, identity_arn) as who,
    count(*) as calls
from events
where passed_role_arn is not null
group by passed_role_arn, event_source, event_name, coalesce(role_arn, identity_arn)
order by calls desc, passed_role_arn asc, who asc
fetch first 50 rows only
