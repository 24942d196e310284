-- What does the inventory say of each role beside what it may do? One row per role.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as date) as inventory_date

)

select
    inventory.account_id,
    inventory.arn as role_arn,
    inventory.role_id,
    inventory.created_at,
    cast(roles.max_session as bigint) as max_session,
    roles.boundary,
    roles.privilege_path,
    inventory.attached_policies,
    inventory.unread_policies,
    roles.tags,
    roles.trust_policy,
    inventory.origin,
    inventory.snapshot_date
from lake.inventory as inventory
cross join params
inner join lake.roles as roles
    on
        inventory.account_id = roles.account_id
        and inventory.arn = roles.arn
        and inventory.snapshot_date = roles.snapshot_date
        and inventory.created_at is not distinct from roles.created_at
where
    (
        params.inventory_date is null
        or inventory.snapshot_date <= params.inventory_date
    )
    and (
        inventory.replaced_on is null
        or inventory.replaced_on > params.inventory_date
    )
    and (
        params.accounts is null
        or contains(split(params.accounts, ','), inventory.account_id)
    )
order by
    inventory.account_id asc nulls last,
    role_arn asc,
    inventory.role_id asc nulls last,
    inventory.created_at asc nulls last
