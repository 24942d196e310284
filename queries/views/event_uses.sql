-- Every event as a use of its own, with the columns of view uses, and its day: for days of which only
-- a part is asked for.
create view lake.event_uses as
select
    role_id,
    role_arn,
    recipient_account_id,
    iam_action,
    iam_actions_possible,
    passed_role_arn,
    event_time as first_seen,
    event_time as last_seen,
    case when outcome <> 'denied' then event_time end as last_done,
    case when outcome = 'denied' then event_time end as last_denied,
    case when outcome <> 'denied' then 1 else 0 end as calls,
    not management_event as has_data_events,
    -- Old records do not say which sort they are.
    management_event is null and outcome <> 'denied' as has_unsorted_events,
    event_date
from lake.events;
