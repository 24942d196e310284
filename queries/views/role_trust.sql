-- One row per role, statement of its trust policy and principal in it, by the newest
-- inventory of each account.
create view role_trust as
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
    statement,
    sid,
    effect,
    principal_type,
    principal,
    negated,
    principal_kind,
    principal_account,
    principal_key,
    actions,
    conditions,
    snapshot_at,
    inventory.snapshot_date
from lake.role_trust as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;
