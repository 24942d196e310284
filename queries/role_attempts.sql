-- What was this role denied? One row per API operation that was denied to it in
-- the window.
--
-- The role is meant by its id, an ARN alone by the role that had it at the time; a role
-- without an id by its ARN.
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
        cast(? as varchar) as accounts,
        cast(? as varchar) as role
    from given

),

attempts as (

    select
        role_use.event_source,
        role_use.event_name,
        role_use.error_code,
        role_use.event_time,
        role_use.event_id,
        row_number() over (
            partition by
                role_use.event_source, role_use.event_name, role_use.error_code
            order by role_use.event_time desc, role_use.event_id desc
        ) as place
    from role_use
    cross join params
    left join lake.role_names as names
        on
            case when role_use.role_id is null then role_use.role_arn end
            = names.role_arn
            and role_use.event_time >= names.valid_from
            and role_use.event_time < names.valid_to
    where
        role_use.outcome = 'denied'
        and role_use.event_date >= cast(? as date)
        and role_use.event_date <= cast(? as date)
        and role_use.event_time >= params.since
        and role_use.event_time < params.until
        and (
            role_use.role_id = params.role
            or role_use.role_name = params.role
            or names.role_key = params.role
            or (
                role_use.role_arn = params.role
                and role_use.role_id is null
                and names.role_id is null
            )
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), role_use.account_id)
        )

)

select
    event_source,
    event_name,
    error_code,
    count(*) as denied,
    min(event_time) as first_denied,
    max(event_time) as last_denied,
    max(case when place = 1 then event_id end) as evidence
from attempts
group by event_source, event_name, error_code
order by
    event_source asc nulls last,
    event_name asc nulls last,
    error_code asc nulls last
