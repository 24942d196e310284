-- The records of assumptions as they are: the rows of events that have a
-- caller_kind, which every assumption has and nothing else.
create view lake.assumption_records as
select
    event_id,
    event_time,
    shared_event_id,
    event_name,
    aws_region,
    outcome,
    error_code,
    assumed_role_arn,
    assumed_role_id,
    assumed_session_name,
    assumed_access_key_id,
    caller,
    caller_kind,
    external_id,
    identity_arn,
    identity_account_id,
    identity_user_name,
    identity_provider,
    identity_access_key_id,
    identity_principal_id,
    mfa_authenticated,
    role_id,
    role_arn,
    role_session_name,
    session_created_at,
    issuer_type,
    issuer_principal_id,
    issuer_arn,
    source_identity,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from events
where caller_kind is not null;
