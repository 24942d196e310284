-- On which days of the window did this role act? One row per such day.
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

)

select
    role_use.event_date,
    count(*) filter (where role_use.outcome <> 'denied') as uses,
    count(*) filter (where role_use.outcome = 'denied') as denied,
    count(*) filter (where role_use.outcome = 'failed') as failed
from role_use
cross join params
left join lake.role_names as names
    on
        case when role_use.role_id is null then role_use.role_arn end
        = names.role_arn
        and role_use.event_time >= names.valid_from
        and role_use.event_time < names.valid_to
where
    role_use.event_date >= cast(? as date)
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
group by role_use.event_date
order by role_use.event_date asc
