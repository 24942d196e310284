-- Of which roles does the inventory not know all policies in full? One row per role.
-- (Of a replay of the logs that is understood.)
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

select distinct
    roles.account_id,
    roles.arn as role_arn,
    roles.unread_policies
from snapshot_roles as roles
cross join params
where
    cardinality(roles.unread_policies) > 0
    and roles.origin <> 'logs'
    and roles.kind is distinct from 'service_linked'
    and strpos(roles.arn, ':role/aws-service-role/') = 0
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), roles.account_id)
    )
order by
    roles.account_id asc nulls last,
    role_arn asc,
    roles.unread_policies asc
