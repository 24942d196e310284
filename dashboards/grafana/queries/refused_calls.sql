-- What are roles refused most often?
select
    role_name,
    account_id,
    action,
    count(*) as refused,
    max(event_time) as last_refused
from role_use
where
    $__dateFilter(event_date)
    and outcome = 'denied'
group by role_name, account_id, action
order by refused desc, role_name asc, action asc
fetch first 100 rows only
