-- Which changes of roles are grave, and who made them?
select
    event_time,
    severity,
    outcome,
    account_id,
    change,
    array_join(role_arns, ', ') as role_arns,
    actor,
    source_ip_address,
    summary,
    event_id
from role_changes
where
    $__dateFilter(event_date)
    and severity in ('critical', 'high')
order by event_time desc, event_id asc
fetch first 200 rows only
