-- Of which accounts are there logs, and until when?
select
    account_id,
    count(distinct event_date) as days,
    sum(events) as events,
    max(last_event) as last_event
from coverage
where
    $__dateFilter(event_date)
    and family = 'CloudTrail'
group by account_id
order by last_event asc, account_id asc
