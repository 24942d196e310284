-- Which inventory do the answers rest on? One row per account.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as date) as inventory_date

),

snapshots as (

    select
        roles.account_id,
        max(roles.snapshot_date) as snapshot_date
    from lake.roles as roles
    cross join params
    where
        params.inventory_date is null
        or roles.snapshot_date <= params.inventory_date
    group by roles.account_id

)

select
    roles.account_id,
    roles.snapshot_date,
    count(*) as roles,
    coalesce(max(roles.origin), 'inventory') as origin
from lake.roles as roles
inner join snapshots
    on
        roles.account_id = snapshots.account_id
        and roles.snapshot_date = snapshots.snapshot_date
cross join params
where
    params.accounts is null
    or contains(split(params.accounts, ','), roles.account_id)
group by roles.account_id, roles.snapshot_date
order by roles.account_id asc nulls last
