-- One row per assumption of a role, whatever the outcome. A cross-account
-- assumption is recorded twice, in the caller's account and in the owner's,
-- under one shared_event_id, and is one row here (P3).
create view assumptions as
select
    ---------- what happened
    event_time,
    event_id,
    shared_event_id,
    event_name,
    aws_region,
    outcome,
    error_code,
    ---------- the target
    nullif(split_part(assumed_role_arn, ':', 5), '') as account_id,
    assumed_role_arn,
    nullif(regexp_extract(assumed_role_arn, '[^/]+$'), '')
        as assumed_role_name,
    assumed_role_id,
    assumed_session_name,
    assumed_access_key_id,
    assumed_source_identity,
    assumed_session_tags,
    ---------- the direct caller
    caller,
    caller_kind,
    caller_account_id,
    caller_access_key_id,
    caller_role_id,
    caller_role_arn,
    caller_session_name,
    caller_session_created_at,
    caller_identity_arn,
    caller_principal_id,
    caller_user_name,
    caller_provider,
    caller_audience,
    caller_network,
    mfa_authenticated,
    external_id,
    source_identity,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from lake.merged_assumptions;
