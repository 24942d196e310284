-- One row per role of the newest inventory of each account.
create view roles as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    arn,
    role_id,
    roles.account_id,
    name,
    path,
    created_at,
    kind,
    privilege,
    privilege_path,
    max_session,
    boundary,
    attached_policies,
    unread_policies,
    tags,
    trust_policy,
    last_used,
    last_used_region,
    origin,
    snapshot_at,
    roles.snapshot_date
from lake.roles as roles
inner join newest
    on
        roles.account_id = newest.account_id
        and roles.snapshot_date = newest.snapshot_date;
