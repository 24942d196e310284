-- Of which inventories does the lake hold events by now that it did not hold when it
-- dated their grants, or replayed them? One row per account.
--
-- Every replayed event tells of a role. Of an inventory only those count that can date
-- its grants, and they count only for a report that uses the dates.
with

params as (

    select
        cast(? as varchar) as accounts,
        cast(? as date) as inventory_date,
        cast(? as boolean) as grant_ages

),

newest as (

    select
        roles.account_id,
        max(roles.snapshot_date) as snapshot_date
    from lake.roles as roles
    cross join params
    where
        (
            params.inventory_date is null
            or roles.snapshot_date <= params.inventory_date
        )
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), roles.account_id)
        )
    group by roles.account_id

),

-- What a replay takes is not bound by the day that it is of.
snapshots as (

    select
        roles.account_id,
        max(coalesce(roles.changes_seen, 0)) as changes_seen,
        bool_or(roles.origin = 'logs') as is_replayed,
        max(
            case when roles.origin = 'logs' then null else roles.snapshot_at end
        ) as changes_until
    from lake.roles as roles
    inner join newest
        on
            roles.account_id = newest.account_id
            and roles.snapshot_date = newest.snapshot_date
    group by roles.account_id

),

-- Its own step, because of a table that is joined by conditions like those below DuckDB
-- reads every column.
changes as (

    select
        recipient_account_id,
        event_name,
        event_time
    from events
    where event_source = 'iam.amazonaws.com' and outcome = 'success'

)

select
    snapshots.account_id,
    count(*) - max(snapshots.changes_seen) as changes_unseen
from snapshots
cross join params
inner join changes
    on snapshots.account_id = changes.recipient_account_id
where
    (
        -- These date grants.
        (snapshots.is_replayed or params.grant_ages)
        and changes.event_name in (
            'AttachRolePolicy', 'CreatePolicy', 'CreatePolicyVersion',
            'CreateRole', 'CreateServiceLinkedRole', 'DeletePolicy',
            'DeletePolicyVersion', 'DeleteRole', 'DeleteRolePolicy',
            'DeleteServiceLinkedRole', 'DetachRolePolicy', 'PutRolePolicy',
            'SetDefaultPolicyVersion'
        )
        -- These do not.
        or snapshots.is_replayed
        and changes.event_name in (
            'AddRoleToInstanceProfile', 'DeleteRolePermissionsBoundary',
            'PutRolePermissionsBoundary', 'RemoveRoleFromInstanceProfile',
            'TagRole', 'UntagRole', 'UpdateAssumeRolePolicy', 'UpdateRole'
        )
    )
    and (
        snapshots.changes_until is null
        or changes.event_time <= snapshots.changes_until
    )
group by snapshots.account_id
having count(*) > max(snapshots.changes_seen)
order by snapshots.account_id asc
