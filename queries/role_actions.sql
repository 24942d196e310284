-- What did this role do? One row per API operation that it ever attempted.
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

acts as (

    select
        role_use.event_source,
        role_use.event_name,
        role_use.iam_action,
        role_use.event_time,
        role_use.event_id,
        role_use.aws_region,
        role_use.outcome,
        role_use.event_time >= params.since as inside,
        row_number() over (
            partition by
                role_use.event_source,
                role_use.event_name,
                role_use.iam_action
            order by
                case when role_use.outcome = 'denied' then 1 else 0 end asc,
                role_use.event_time desc,
                role_use.event_id desc
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
        role_use.event_date <= cast(? as date)
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
    iam_action,
    count(*) filter (where inside and outcome <> 'denied') as uses,
    count(*) filter (where inside and outcome = 'denied') as denied,
    count(*) filter (where inside and outcome = 'failed') as failed,
    min(event_time) filter (where outcome <> 'denied') as first_used,
    max(event_time) filter (where outcome <> 'denied') as last_used,
    max(event_time) filter (where outcome = 'denied') as last_denied,
    array_agg(distinct aws_region order by aws_region asc) filter (
        where aws_region is not null
    ) as regions,
    max(case when place = 1 then event_id end) as evidence
from acts
group by event_source, event_name, iam_action
order by event_source asc nulls last, event_name asc nulls last, iam_action asc nulls last
