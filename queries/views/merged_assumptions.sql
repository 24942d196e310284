-- One row per assumption of a role: of the two records of a cross-account
-- assumption the copy that knows the caller stays, what only the other knows of the
-- target is added (P3). View assumptions has what of this is for readers.
create view lake.merged_assumptions as
with

merged as (

    select
        records.event_time,
        records.event_id,
        records.shared_event_id,
        records.event_name,
        records.aws_region,
        records.outcome,
        records.error_code,
        coalesce(pairs.assumed_role_arn, records.assumed_role_arn)
            as target_arn,
        coalesce(pairs.assumed_role_id, records.assumed_role_id) as target_id,
        coalesce(pairs.assumed_session_name, records.assumed_session_name)
            as target_session,
        coalesce(pairs.assumed_access_key_id, records.assumed_access_key_id)
            as target_key,
        coalesce(pairs.external_id, records.external_id) as external_id,
        records.assumed_source_identity,
        records.assumed_session_tags,
        records.caller,
        records.caller_kind,
        records.identity_arn,
        records.identity_account_id,
        records.identity_user_name,
        records.caller_provider,
        records.caller_audience,
        records.identity_access_key_id,
        records.identity_principal_id,
        records.principal_prefix,
        records.caller_session_arn,
        records.caller_network,
        records.is_long_term,
        records.mfa_authenticated,
        records.role_id,
        records.role_arn,
        records.role_session_name,
        records.session_created_at,
        records.issuer_principal_id,
        records.issuer_arn,
        -- A role switch is no API call, so the acting columns are empty; and the
        -- copy of the account entered has the target itself as identity.
        records.issuer_type = 'Role'
        and records.issuer_principal_id <> coalesce(records.assumed_role_id, '')
            as is_role,
        records.source_identity,
        records.source_ip_address,
        records.user_agent,
        records.recipient_account_id,
        records.event_date
    from lake.assumption_records as records
    left join lake.assumption_pairs as pairs
        on records.shared_event_id = pairs.shared_event_id
    where
        pairs.first_place is null
        or pairs.first_place
        = case
            when
                records.caller is null
                or records.caller_kind in ('account', 'unknown')
                then '1 '
            else '0 '
        end
        || records.event_id || ' '
        || coalesce(records.recipient_account_id, '')

)

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
    target_arn as assumed_role_arn,
    target_id as assumed_role_id,
    target_session as assumed_session_name,
    target_key as assumed_access_key_id,
    assumed_source_identity,
    assumed_session_tags,
    ---------- the direct caller
    caller,
    caller_kind,
    identity_account_id as caller_account_id,
    identity_access_key_id as caller_access_key_id,
    coalesce(role_id, case when is_role then issuer_principal_id end)
        as caller_role_id,
    coalesce(role_arn, case when is_role then issuer_arn end)
        as caller_role_arn,
    coalesce(
        role_session_name,
        case
            when is_role
                then nullif(split_part(identity_principal_id, ':', 2), '')
        end
    ) as caller_session_name,
    session_created_at as caller_session_created_at,
    identity_arn as caller_identity_arn,
    identity_principal_id as caller_principal_id,
    principal_prefix,
    caller_session_arn,
    identity_user_name as caller_user_name,
    caller_provider,
    caller_audience,
    mfa_authenticated,
    is_long_term,
    external_id,
    source_identity,
    source_ip_address,
    caller_network,
    user_agent,
    recipient_account_id,
    event_date
from merged;
