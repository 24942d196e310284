-- One row per role of every snapshot of the inventory, with the key that its events
-- have (role_key), and with the day of the next snapshot of its account, null for
-- the newest one (replaced_on). The snapshot of a day is that which
--     (day is null or snapshot_date <= day)
--     and (replaced_on is null or replaced_on > day)
--
-- A role is its id (P36). Where the inventory leaves the id out, it is the one that
-- the logs know under the name, if they know one alone. What they saw before the
-- role was made was another role, which may have had the same name. Of several ids
-- that are left nobody can tell which one it is (has_namesakes): such a role has
-- none, and its ARN for a key.
create view lake.inventory as
with

dated as (

    select
        account_id,
        snapshot_date,
        lead(snapshot_date) over (
            partition by account_id
            order by snapshot_date asc
        ) as replaced_on
    from (
        select distinct
            account_id,
            snapshot_date
        from lake.roles
    ) as snapshots

),

nameless as (

    select distinct
        arn,
        created_at,
        split_part(arn, ':', 5) || '/' || regexp_extract(arn, '[^/]+$')
            as role_name
    from lake.roles
    where role_id is null

),

named as (

    select
        nameless.arn,
        nameless.created_at,
        min(sightings.role_id) as first_id,
        max(sightings.role_id) as last_id
    from nameless
    inner join lake.role_sightings as sightings
        on nameless.role_name = sightings.role_name
    where
        nameless.created_at is null
        or sightings.first_seen >= nameless.created_at
    group by nameless.arn, nameless.created_at

)

select
    coalesce(
        roles.role_id,
        case when named.first_id = named.last_id then named.first_id end,
        roles.arn
    ) as role_key,
    coalesce(
        roles.role_id,
        case when named.first_id = named.last_id then named.first_id end
    ) as role_id,
    coalesce(named.first_id <> named.last_id, false) as has_namesakes,
    roles.arn,
    roles.account_id,
    roles.name,
    roles.created_at,
    roles.kind,
    roles.privilege,
    roles.attached_policies,
    roles.last_used,
    roles.origin,
    roles.snapshot_date,
    dated.replaced_on
from lake.roles as roles
inner join dated
    on
        roles.account_id = dated.account_id
        and roles.snapshot_date = dated.snapshot_date
left join named
    on
        roles.role_id is null
        and roles.arn = named.arn
        and roles.created_at is not distinct from named.created_at;
