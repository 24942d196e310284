-- One row per event that changed what a role may do, who may become it, or that
-- it exists, whatever the outcome (design section 1).
create view role_changes as
select
    event_time,
    event_id,
    recipient_account_id as account_id,
    aws_region,
    change,
    change_severity as severity,
    outcome,
    change_role_arns as role_arns,
    change_policy_arn as policy_arn,
    change_summary as summary,
    event_source,
    event_name,
    coalesce(role_arn, identity_arn, invoked_by) as actor,
    role_session_name as actor_session,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    event_date
from events
-- (A comparison, as in assumption_records: DuckDB passes over row groups by it.)
where change >= '';
