-- What did each long-term access key do, and when was it last used?
select
    identity_access_key_id,
    identity_user_name,
    recipient_account_id,
    count(*) as calls,
    count(distinct event_source) as services,
    max(event_time) as last_used
from events
where identity_access_key_id like 'AKIA%'
group by identity_access_key_id, identity_user_name, recipient_account_id
order by calls desc, identity_access_key_id asc
fetch first 50 rows only
