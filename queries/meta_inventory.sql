-- Which inventory do the answers rest on? One row per account.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as date) as inventory_date

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

)

select
    counted.account_id,
    counted.snapshot_date,
    count(*) as roles,
    coalesce(max(counted.origin), 'inventory') as origin
from snapshot_roles as counted
cross join params
where
    params.accounts is null
    or contains(split(params.accounts, ','), counted.account_id)
group by counted.account_id, counted.snapshot_date
order by counted.account_id asc nulls last
