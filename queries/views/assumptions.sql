-- One row per assumption of a role, whatever the outcome: of the rows that have
-- a caller_kind, which every assumption has and nothing else. A cross-account
-- assumption is recorded twice, in the caller's account and in the owner's,
-- under one shared_event_id: the copy that knows the caller stays, what only
-- the other knows of the target is added (P3).
create view assumptions as
with

repeated as (

    select shared_event_id
    from events
    where
        caller_kind is not null
        and shared_event_id is not null
    group by shared_event_id
    having count(*) > 1

),

-- Of each pair the place of the copy that stays: first those that know the
-- caller, then by id.
pairs as (

    select
        events.shared_event_id,
        min(
            case
                when
                    events.caller is null
                    or events.caller_kind in ('account', 'unknown')
                    then '1 '
                else '0 '
            end
            || events.event_id || ' '
            || coalesce(events.recipient_account_id, '')
        ) as first_place,
        max(events.assumed_role_arn) as assumed_role_arn,
        max(events.assumed_role_id) as assumed_role_id,
        max(events.assumed_session_name) as assumed_session_name,
        max(events.assumed_access_key_id) as assumed_access_key_id,
        max(events.external_id) as external_id
    from events
    inner join repeated
        on events.shared_event_id = repeated.shared_event_id
    where events.caller_kind is not null
    group by events.shared_event_id

),

merged as (

    select
        events.event_time,
        events.event_id,
        events.shared_event_id,
        events.event_name,
        events.aws_region,
        events.outcome,
        events.error_code,
        coalesce(pairs.assumed_role_arn, events.assumed_role_arn)
            as target_arn,
        coalesce(pairs.assumed_role_id, events.assumed_role_id) as target_id,
        coalesce(pairs.assumed_session_name, events.assumed_session_name)
            as target_session,
        coalesce(pairs.assumed_access_key_id, events.assumed_access_key_id)
            as target_key,
        coalesce(pairs.external_id, events.external_id) as external_id,
        events.caller,
        events.caller_kind,
        events.identity_account_id,
        events.identity_access_key_id,
        events.identity_principal_id,
        events.role_id,
        events.role_arn,
        events.role_session_name,
        events.session_created_at,
        events.issuer_principal_id,
        events.issuer_arn,
        -- A role switch is no API call, so the acting columns are empty; and the
        -- copy of the account entered has the target itself as identity.
        events.issuer_type = 'Role'
        and events.issuer_principal_id <> coalesce(events.assumed_role_id, '')
            as is_role,
        events.source_identity,
        events.source_ip_address,
        events.user_agent,
        events.recipient_account_id,
        events.event_date
    from events
    left join pairs on events.shared_event_id = pairs.shared_event_id
    where
        events.caller_kind is not null
        and (
            pairs.first_place is null
            or pairs.first_place
            = case
                when
                    events.caller is null
                    or events.caller_kind in ('account', 'unknown')
                    then '1 '
                else '0 '
            end
            || events.event_id || ' '
            || coalesce(events.recipient_account_id, '')
        )

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
    nullif(split_part(target_arn, ':', 5), '') as account_id,
    target_arn as assumed_role_arn,
    nullif(regexp_extract(target_arn, '[^/]+$'), '') as assumed_role_name,
    target_id as assumed_role_id,
    target_session as assumed_session_name,
    target_key as assumed_access_key_id,
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
    external_id,
    source_identity,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from merged;
