-- Of which accounts were roles assumed, without that the lake has trust policies?
-- One row per account.
with

params as (

    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as date) as inventory_date

),

judged as (

    select distinct role_trust.account_id
    from lake.role_trust as role_trust
    cross join params
    where
        params.inventory_date is null
        or role_trust.snapshot_date <= params.inventory_date

)

select
    assumptions.account_id,
    count(distinct assumptions.assumed_role_arn) as roles
from assumptions
cross join params
left join judged on assumptions.account_id = judged.account_id
where
    judged.account_id is null
    and assumptions.account_id is not null
    and assumptions.event_time >= params.since
    and assumptions.event_time < params.until
    and assumptions.outcome in ('success', 'denied')
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), assumptions.account_id)
    )
group by assumptions.account_id
order by assumptions.account_id asc
