-- How many calls did roles make each day, by what became of them?
select
    cast(event_date as timestamp(6)) as time,
    outcome as metric,
    count(*) as calls
from role_use
where $__dateFilter(event_date)
group by event_date, outcome
order by event_date asc, outcome asc
