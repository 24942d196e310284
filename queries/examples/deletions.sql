-- What was deleted, when, and by whom?
select
    event_time,
    recipient_account_id,
    event_source,
    event_name,
    coalesce(role_arn, identity_arn) as who,
    event_id
from events
where event_name like 'Delete%' and outcome = 'success'
order by event_time desc, event_id asc
fetch first 100 rows only
