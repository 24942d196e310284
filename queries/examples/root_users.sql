-- What did root users do?
select
    event_time,
    recipient_account_id,
    event_source,
    event_name,
    source_ip_address,
    outcome,
    event_id
from events
where identity_type = 'Root'
order by event_time desc, event_id asc
fetch first 100 rows only
