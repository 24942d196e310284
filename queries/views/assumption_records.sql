-- The records of assumptions as they are: the rows of events that have a
-- caller_kind, which every assumption has and nothing else. Texts are cut and
-- composed here, because most repeat: in the lake each stands once in a dictionary,
-- and is worked on once.
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
    assumed_source_identity,
    assumed_session_tags,
    caller,
    caller_kind,
    caller_provider,
    caller_audience,
    caller_network,
    external_id,
    identity_arn,
    identity_account_id,
    identity_user_name,
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
    ---------- of who came, what trust policies and reports ask
    nullif(split_part(identity_principal_id, ':', 1), '') as principal_prefix,
    case
        when
            caller_kind in ('user', 'role', 'root')
            and regexp_like(identity_arn, ':(assumed-role|federated-user)/')
            then identity_arn
    end as caller_session_arn,
    coalesce(identity_access_key_id like 'AKIA%', false) as is_long_term,
    ---------- and where it is
    recipient_account_id,
    event_date
from events
-- No text is before the empty one, so this says that there is one; by it DuckDB
-- passes over the row groups without any, by `is not null` it does not.
where caller_kind >= '';
