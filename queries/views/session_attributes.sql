-- The session tags and the source identity that a role gave a session when it obtained
-- it. Each needs an action besides AssumeRole, which has no call of its own. role_arn is
-- filled where the event does not give the role's id.
create view lake.session_attributes as
select
    event_id,
    event_time,
    role_id,
    case when role_id is null then role_arn end as role_arn,
    'sts:TagSession' as action,
    event_date
from lake.events
where
    -- Greater than the empty list are those that are not empty. Comparisons let DuckDB
    -- pass over the row groups that have none.
    assumed_session_tags > '[]'
    and caller_kind >= ''
    and outcome <> 'denied'
    and (role_id is not null or role_arn is not null)

union all

select
    event_id,
    event_time,
    role_id,
    case when role_id is null then role_arn end as role_arn,
    'sts:SetSourceIdentity' as action,
    event_date
from lake.events
where
    assumed_source_identity > ''
    and caller_kind >= ''
    and outcome <> 'denied'
    and (role_id is not null or role_arn is not null);
