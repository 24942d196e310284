-- What happened under one hat? One row per call of a session, in order, at most ten
-- thousand. The session is meant by its principal id, as records have it, or by an
-- access key of it.
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: only then it leaves out files by their days.
given as (

    select ? as since

),

params as (

    select
        cast(given.since as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as session
    from given

)

select
    events.event_time,
    coalesce(
        events.iam_action,
        split_part(events.event_source, '.', 1) || ':' || events.event_name
    ) as action,
    events.outcome,
    events.error_code,
    events.aws_region,
    json_extract_scalar(events.resources, '$[0].ARN') as resource,
    events.source_ip_address,
    events.user_agent,
    events.role_arn,
    events.session_created_at,
    events.event_id,
    -- How many rows there are, with those that are left out below.
    count(*) over () as found
from events
cross join params
where
    events.event_date >= cast(? as date)
    and events.event_date <= cast(? as date)
    and events.event_time >= params.since
    and events.event_time < params.until
    and (events.role_id is not null or events.role_arn is not null)
    and (
        events.identity_access_key_id = params.session
        or events.role_id || ':' || events.role_session_name = params.session
    )
order by
    events.event_time asc,
    events.event_id asc nulls last,
    events.recipient_account_id asc nulls last
fetch first 10000 rows only
