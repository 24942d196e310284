-- Of which accounts were roles assumed, without that the lake has trust policies?
-- One row per account.
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
        cast(? as date) as inventory_date
    from given

),

snapshot_roles as (

    select inventory.*
    from lake.inventory as inventory
    cross join params
    where
        (
            params.inventory_date is null
            or inventory.snapshot_date <= params.inventory_date
        )
        and (
            inventory.replaced_on is null
            or inventory.replaced_on > params.inventory_date
        )

),

-- By the snapshot that the report takes: an older one judges nobody.
judged as (

    select distinct role_trust.account_id
    from lake.role_trust as role_trust
    inner join snapshot_roles
        on
            role_trust.account_id = snapshot_roles.account_id
            and role_trust.snapshot_date = snapshot_roles.snapshot_date
            and role_trust.role_arn = snapshot_roles.arn

)

select
    assumed.account_id,
    count(*) as roles
from (
    -- (There are few ARNs, and many assumptions.)
    select
        assumed_role_arn,
        nullif(split_part(assumed_role_arn, ':', 5), '') as account_id
    from (
        select distinct records.assumed_role_arn
        from lake.assumption_records as records
        cross join params
        where
            records.event_date >= cast(? as date)
            and records.event_date <= cast(? as date)
            and records.event_time >= params.since
            and records.event_time < params.until
            and records.outcome in ('success', 'denied')
    ) as named
) as assumed
cross join params
left join judged on assumed.account_id = judged.account_id
where
    judged.account_id is null
    and assumed.account_id is not null
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), assumed.account_id)
    )
group by assumed.account_id
order by assumed.account_id asc
