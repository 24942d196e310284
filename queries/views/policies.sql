-- One row per policy document of the newest inventory of each account.
create view policies as
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
    policy_arn,
    name,
    kind,
    role_arn,
    version_id,
    created_at,
    document,
    snapshot_at,
    inventory.snapshot_date
from lake.policies as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;
