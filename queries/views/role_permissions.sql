-- One row per role and action that its policies grant, by the newest inventory of
-- each account.
create view role_permissions as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    inventory.account_id,
    role_arn,
    role_id,
    action,
    effect,
    is_pattern,
    via,
    resources,
    granted_at,
    snapshot_at,
    inventory.snapshot_date
from lake.role_permissions as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;
