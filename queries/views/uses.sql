-- What each role did with each action, and when: of a day that is compact one row per
-- use, whose events all lie in that day; of others one per event. Calls of others stand
-- here too, without a role. Where only an ARN names the role, first_seen is the time of
-- each event, because who has a name changes.
create view lake.uses as
select
    role_id,
    role_arn,
    recipient_account_id,
    iam_action,
    iam_actions_possible,
    passed_role_arn,
    first_seen,
    last_seen,
    last_done,
    last_denied,
    calls,
    has_data_events,
    has_unsorted_events
from lake.day_uses

union all

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
    management_event is null and outcome <> 'denied' as has_unsorted_events
from lake.loose_events;
