-- Who became roles most often?
select
    caller,
    caller_kind,
    assumed_role_name,
    account_id,
    count(*) as assumptions,
    max(event_time) as last_assumed
from assumptions
where
    $__timeFilter(event_time)
    and outcome = 'success'
group by caller, caller_kind, assumed_role_name, account_id
order by assumptions desc, caller asc, assumed_role_name asc
fetch first 100 rows only
