-- Who signed in at the console, from where, and with a second factor or without?
select
    event_time,
    recipient_account_id,
    identity_type,
    identity_user_name,
    source_ip_address,
    json_extract_scalar(response_elements, '$.ConsoleLogin') as sign_in,
    json_extract_scalar(additional_event_data, '$.MFAUsed') as second_factor
from events
where event_name = 'ConsoleLogin'
order by event_time desc, event_id asc
fetch first 100 rows only
