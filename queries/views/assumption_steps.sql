-- Every assumption as a step from one role, or from outside, into another: both
-- roles by the keys of their events, and of the rest what tells who came, how and
-- from where.
create view lake.assumption_steps as
with

steps as (

    select
        assumptions.event_id,
        assumptions.event_time,
        assumptions.event_name,
        assumptions.outcome,
        ---------- the role entered
        assumptions.assumed_role_arn as target_arn,
        coalesce(
            assumptions.assumed_role_id,
            targets.role_key,
            assumptions.assumed_role_arn
        ) as target_key,
        assumptions.assumed_session_name as target_session,
        assumptions.assumed_access_key_id as target_key_id,
        assumptions.assumed_source_identity as target_source_identity,
        assumptions.assumed_session_tags as target_session_tags,
        ---------- who came
        assumptions.caller,
        assumptions.caller_kind,
        assumptions.principal_prefix as caller_principal_id,
        assumptions.caller_provider,
        assumptions.caller_audience,
        case
            when
                assumptions.caller_kind
                in ('web_identity', 'saml', 'identity_center')
                then assumptions.caller_user_name
        end as caller_subject,
        ---------- the session of a role that came
        case
            when assumptions.caller_kind = 'role'
                then coalesce(
                    assumptions.caller_role_id,
                    callers.role_key,
                    assumptions.caller_role_arn
                )
        end as caller_role_key,
        assumptions.caller_role_arn,
        assumptions.caller_session_name,
        assumptions.caller_session_arn,
        assumptions.caller_session_created_at as caller_created_at,
        case
            when assumptions.caller_kind = 'role'
                then assumptions.caller_access_key_id
        end as caller_access_key_id,
        ---------- how, and from where
        assumptions.is_long_term,
        assumptions.mfa_authenticated,
        assumptions.external_id,
        assumptions.source_ip_address as address,
        assumptions.caller_network as network
    from lake.merged_assumptions as assumptions
    left join lake.role_names as targets
        on
            case
                when assumptions.assumed_role_id is null
                    then assumptions.assumed_role_arn
            end
            = targets.role_arn
            and assumptions.event_time >= targets.valid_from
            and assumptions.event_time < targets.valid_to
    left join lake.role_names as callers
        on
            case
                when assumptions.caller_role_id is null
                    then assumptions.caller_role_arn
            end
            = callers.role_arn
            and assumptions.event_time >= callers.valid_from
            and assumptions.event_time < callers.valid_to

)

select
    steps.*,
    -- (Lengths keep the parts apart, whatever they hold.)
    cast(length(caller_role_key) as varchar) || ' ' || caller_role_key || ' '
    || coalesce(cast(caller_created_at as varchar), '') || ' '
    || caller_session_name as caller_session
from steps;
