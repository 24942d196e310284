-- Which trails log an account? One row per account of the inventory and trail that
-- is known: one of its own, or an organisation's (P28). Accounts with the same
-- trails have the same text in trails.
create view lake.account_trails as
with

-- (Not by way of the view trails: within this schema the name is the table's.)
newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.trails
    group by account_id

),

owned as (

    select distinct
        trails.account_id,
        trails.trail_arn,
        trails.is_organization,
        trails.snapshot_date
    from lake.trails as trails
    inner join newest
        on
            trails.account_id = newest.account_id
            and trails.snapshot_date = newest.snapshot_date

),

covering as (

    select distinct
        accounts.account_id,
        owned.trail_arn,
        owned.snapshot_date
    from (select distinct account_id from lake.roles) as accounts
    inner join owned
        on accounts.account_id = owned.account_id or owned.is_organization

),

sets as (

    select
        account_id,
        array_join(array_agg(trail_arn order by trail_arn asc), ' ') as trails
    from covering
    group by account_id

)

select
    covering.account_id,
    covering.trail_arn,
    covering.snapshot_date,
    sets.trails
from covering
inner join sets on covering.account_id = sets.account_id;
