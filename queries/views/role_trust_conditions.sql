-- One row per role, statement of its trust policy, operator and key of its
-- conditions, by the newest inventory of each account.
create view role_trust_conditions as
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
    key,
    operator,
    quantifier,
    if_exists,
    negated,
    pattern,
    exact,
    condition_values,
    snapshot_at,
    inventory.snapshot_date
from lake.role_trust_conditions as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;
