-- One row per event in which a role acted, whatever the outcome (P1). A use is
-- a row whose outcome is not denied (design section 3).
create view role_use as
select
    ---------- what happened
    event_time,
    event_id,
    coalesce(
        iam_action,
        split_part(event_source, '.', 1) || ':' || event_name
    ) as action,
    event_source,
    event_name,
    iam_action,
    aws_region,
    outcome,
    error_code,
    ---------- the role
    coalesce(
        nullif(split_part(role_arn, ':', 5), ''),
        identity_account_id,
        recipient_account_id
    ) as account_id,
    role_arn,
    nullif(regexp_extract(role_arn, '[^/]+$'), '') as role_name,
    role_id,
    role_session_name,
    session_created_at,
    identity_access_key_id as access_key_id,
    ---------- circumstances
    identity_account_id,
    source_identity,
    invoked_by,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from events
where role_id is not null or role_arn is not null;
