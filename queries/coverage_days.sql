-- On which days of the window does the lake hold events, and from which Regions? One
-- row per account and such day.
with

params as (

    select
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as date) as first_day,
        cast(? as date) as last_day

)

select
    coverage.account_id,
    coverage.event_date,
    array_agg(distinct coverage.aws_region order by coverage.aws_region asc)
        filter (where coverage.aws_region is not null) as regions,
    count(distinct coverage.source_object) as objects,
    cast(sum(coverage.events) as bigint) as events
from coverage
cross join params
where
    coverage.family = 'CloudTrail'
    and coverage.event_date >= params.first_day
    and coverage.event_date <= params.last_day
    and (
        coverage.first_event is null
        or coverage.first_event < params.until
    )
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), coverage.account_id)
    )
group by coverage.account_id, coverage.event_date
order by coverage.account_id asc nulls last, coverage.event_date asc
