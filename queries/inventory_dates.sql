-- Of which days are there inventories? One row per day.
with

params as (

    select cast(? as varchar) as accounts

)

select distinct roles.snapshot_date
from lake.roles as roles
cross join params
where
    params.accounts is null
    or contains(split(params.accounts, ','), roles.account_id)
order by roles.snapshot_date asc
