-- Which trails are known? One row per trail of the accounts that the answers are
-- about, or of all accounts, as the newest snapshot of its owner describes it.
with

params as (

    select cast(? as varchar) as accounts

)

select
    trails.trail_arn,
    trails.account_id,
    coalesce(trails.is_organization, false) as is_organization,
    trails.snapshot_date
from trails
cross join params
where
    params.accounts is null
    or contains(split(params.accounts, ','), trails.account_id)
    or trails.is_organization
group by
    trails.trail_arn,
    trails.account_id,
    coalesce(trails.is_organization, false),
    trails.snapshot_date
order by trails.trail_arn asc nulls last
