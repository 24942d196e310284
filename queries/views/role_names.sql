-- Which role id an ARN stands for where a record has no id: that of the newest
-- inventory, else the only one the logs know under it. An ARN that stood for
-- several roles and is in no inventory is not here (P36).
create view lake.role_names as
with

-- (Not by way of the view roles: within this schema the name is the table's.)
newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

),

by_inventory as (

    select
        inventory.arn as role_arn,
        min(inventory.role_id) as role_id
    from lake.roles as inventory
    inner join newest
        on
            inventory.account_id = newest.account_id
            and inventory.snapshot_date = newest.snapshot_date
    where inventory.role_id is not null
    group by inventory.arn

),

-- Which ARNs stand in records without an id, and in no inventory.
nameless as (

    select wanted.role_arn
    from (
        select assumed_role_arn as role_arn
        from lake.assumption_records
        where assumed_role_id is null
        union
        select role_arn
        from role_use
        where role_id is null
    ) as wanted
    left join by_inventory on wanted.role_arn = by_inventory.role_arn
    where wanted.role_arn is not null and by_inventory.role_arn is null

),

-- (Grouped by one column each, whose dictionary DuckDB then makes use of.)
named as (

    select
        role_use.role_arn,
        min(role_use.role_id) as first_id,
        max(role_use.role_id) as last_id
    from role_use
    inner join nameless on role_use.role_arn = nameless.role_arn
    group by role_use.role_arn

    union all

    select
        records.assumed_role_arn as role_arn,
        min(records.assumed_role_id) as first_id,
        max(records.assumed_role_id) as last_id
    from lake.assumption_records as records
    inner join nameless on records.assumed_role_arn = nameless.role_arn
    group by records.assumed_role_arn

),

by_log as (

    select
        role_arn,
        min(first_id) as role_id
    from named
    group by role_arn
    having min(first_id) = max(last_id)

)

select
    coalesce(by_inventory.role_arn, by_log.role_arn) as role_arn,
    coalesce(by_inventory.role_id, by_log.role_id) as role_id
from by_inventory
full outer join by_log on by_inventory.role_arn = by_log.role_arn;
