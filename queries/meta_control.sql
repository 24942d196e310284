-- In which accounts do control policies leave no role anything to do? One row per
-- account of which no role has a permission.
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
        -- Control policies do not bear on AWS's own roles.
        and inventory.kind is distinct from 'service_linked'
        and strpos(inventory.arn, ':role/aws-service-role/') = 0

),

permitted as (

    select distinct snapshot_roles.account_id
    from snapshot_roles
    inner join lake.role_permissions as permissions
        on
            snapshot_roles.account_id = permissions.account_id
            and snapshot_roles.snapshot_date = permissions.snapshot_date
            and snapshot_roles.arn = permissions.role_arn

)

select distinct snapshot_roles.account_id
from snapshot_roles
cross join params
inner join lake.policies as policies
    on
        snapshot_roles.account_id = policies.account_id
        and snapshot_roles.snapshot_date = policies.snapshot_date
left join permitted on snapshot_roles.account_id = permitted.account_id
where
    policies.kind = 'scp'
    and permitted.account_id is null
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), snapshot_roles.account_id)
    )
order by snapshot_roles.account_id asc
