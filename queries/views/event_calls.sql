-- Every event of a role as a call of its own, with the columns of view session_calls, and
-- its day: for days of which only a part is asked for.
create view lake.event_calls as
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
from lake.events
where role_id is not null or role_arn is not null;
