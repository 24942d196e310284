-- Who of another account assumed which role?
select
    assumed_role_name,
    account_id,
    caller,
    caller_account_id,
    count(*) as assumptions,
    max(event_time) as last_assumed
from assumptions
where outcome = 'success' and caller_account_id <> account_id
group by assumed_role_name, account_id, caller, caller_account_id
order by assumptions desc, assumed_role_name asc, caller asc
fetch first 50 rows only
