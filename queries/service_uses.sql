-- Which services did roles use in the window, and how much? One row per service.
select
    split_part(role_use.iam_action, ':', 1) as service,
    count(*) filter (where role_use.outcome <> 'denied') as uses,
    count(*) filter (where role_use.outcome = 'denied') as denied
from role_use
cross join (
    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts
) as params
where
    role_use.event_date >= cast(? as date)
    and role_use.event_date <= cast(? as date)
    and role_use.event_time >= params.since
    and role_use.event_time < params.until
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), role_use.account_id)
    )
group by split_part(role_use.iam_action, ':', 1)
order by split_part(role_use.iam_action, ':', 1) asc nulls last
