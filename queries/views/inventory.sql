-- One row per role of every snapshot of the inventory, with the key that its events
-- have (role_key), and with the day of the next snapshot of its account, null for
-- the newest one (replaced_on). The snapshot of a day is that which
--     (day is null or snapshot_date <= day)
--     and (replaced_on is null or replaced_on > day)
--
-- A role is its id (P36). Where the inventory leaves the id out, it is the one that
-- the logs know under the name, if they know one alone. What they saw before the
-- role was made, or since another inventory has a younger one made (remade_at), was
-- another role, which had the same name. Of several ids that are left nobody can
-- tell which one it is (has_namesakes): such a role has none, and its ARN for a key,
-- with the end of its time if a younger one has the ARN.
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
        snapshot_date,
        split_part(arn, ':', 5) || '/' || regexp_extract(arn, '[^/]+$')
            as role_name,
        coalesce(
            created_at, cast(snapshot_date as timestamp(6)) + interval '1' day
        ) as made_by
    from lake.roles
    where role_id is null

),

bounded as (

    select
        nameless.arn,
        nameless.created_at,
        nameless.snapshot_date,
        nameless.role_name,
        min(younger.created_at) as remade_at
    from nameless
    left join lake.roles as younger
        on
            nameless.role_name
            = split_part(younger.arn, ':', 5) || '/'
            || regexp_extract(younger.arn, '[^/]+$')
            and younger.created_at >= nameless.made_by
            and (
                nameless.created_at is null
                or younger.created_at <> nameless.created_at
            )
    group by
        nameless.arn,
        nameless.created_at,
        nameless.snapshot_date,
        nameless.role_name

),

named as (

    select
        bounded.arn,
        bounded.created_at,
        bounded.snapshot_date,
        bounded.remade_at,
        min(sightings.role_id) as first_id,
        max(sightings.role_id) as last_id
    from bounded
    left join lake.role_sightings as sightings
        on
            bounded.role_name = sightings.role_name
            and sightings.first_seen
            >= coalesce(bounded.created_at, sightings.first_seen)
            and sightings.first_seen
            < coalesce(bounded.remade_at, timestamp '9999-12-31 00:00:00.000000')
    group by
        bounded.arn,
        bounded.created_at,
        bounded.snapshot_date,
        bounded.remade_at

)

select
    coalesce(
        roles.role_id,
        case when named.first_id = named.last_id then named.first_id end,
        roles.arn || ' until ' || cast(named.remade_at as varchar),
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
    roles.unread_policies,
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
        and roles.snapshot_date = named.snapshot_date
        and roles.created_at is not distinct from named.created_at;
