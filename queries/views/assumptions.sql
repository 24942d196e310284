-- One row per assumption of a role, whatever the outcome. A cross-account
-- assumption is recorded twice, in the caller's account and in the owner's,
-- under one shared_event_id: the copy that knows the caller stays, what only
-- the other knows of the target is added (P3).
create view assumptions as
with

copies as (

    select
        coalesce(
            'shared ' || shared_event_id,
            'single ' || event_id || ' ' || coalesce(recipient_account_id, '')
        ) as pair,
        case
            when caller is null or caller_kind is null then 0
            when caller_kind in ('account', 'unknown') then 0
            else 1
        end as richness,
        *
    from events
    where
        assumed_role_arn is not null
        or assumed_role_id is not null
        or caller is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by pair
            order by
                richness desc,
                event_time asc,
                event_id asc,
                recipient_account_id asc nulls last
        ) as place,
        max(assumed_role_arn) over (partition by pair) as target_arn,
        max(assumed_role_id) over (partition by pair) as target_id,
        max(assumed_session_name) over (partition by pair) as target_session,
        max(assumed_access_key_id) over (partition by pair) as target_key,
        max(external_id) over (partition by pair) as shown_external_id
    from copies

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
    coalesce(
        role_id,
        case when issuer_type = 'Role' then issuer_principal_id end
    ) as caller_role_id,
    coalesce(
        role_arn,
        case when issuer_type = 'Role' then issuer_arn end
    ) as caller_role_arn,
    coalesce(
        role_session_name,
        case
            when issuer_type = 'Role'
                then nullif(split_part(identity_principal_id, ':', 2), '')
        end
    ) as caller_session_name,
    session_created_at as caller_session_created_at,
    shown_external_id as external_id,
    source_identity,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from ranked
where place = 1;
