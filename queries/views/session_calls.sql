-- What role sessions did, and when: of a day that is compact one row per session, whose
-- events all lie in that day; of others one per event. Where only an ARN names the role,
-- first_seen is the time of each event, because who has a name changes.
create view lake.session_calls as
select
    role_id,
    role_arn,
    account_id,
    role_session_name,
    access_key_id,
    source_identity,
    session_created_at,
    first_seen,
    last_seen,
    first_done,
    last_done,
    last_denied,
    events,
    calls,
    denied,
    failed,
    event_date
from lake.session_days

union all

select
    role_id,
    role_arn,
    case
        when role_arn is null
            then coalesce(identity_account_id, recipient_account_id)
    end as account_id,
    role_session_name,
    identity_access_key_id as access_key_id,
    source_identity,
    session_created_at,
    event_time as first_seen,
    event_time as last_seen,
    case when outcome <> 'denied' then event_time end as first_done,
    case when outcome <> 'denied' then event_time end as last_done,
    case when outcome = 'denied' then event_time end as last_denied,
    1 as events,
    case when outcome <> 'denied' then 1 else 0 end as calls,
    case when outcome = 'denied' then 1 else 0 end as denied,
    case when outcome = 'failed' then 1 else 0 end as failed,
    event_date
from lake.loose_events
where role_id is not null or role_arn is not null;
