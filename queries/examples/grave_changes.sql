-- Which changes of roles are grave, and who made them?
select
    event_time,
    account_id,
    change,
    severity,
    outcome,
    actor,
    summary,
    event_id
from role_changes
where severity in ('critical', 'high')
order by event_time desc, event_id asc
fetch first 50 rows only
