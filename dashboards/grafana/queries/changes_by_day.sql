-- How many changes of roles were there each day, by severity?
select
    cast(event_date as timestamp(6)) as time,
    severity as metric,
    count(*) as changes
from role_changes
where
    $__dateFilter(event_date)
    and outcome = 'success'
group by event_date, severity
order by event_date asc, severity asc
