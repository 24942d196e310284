-- Under which ids do the logs know a name, and since when? One row per name of a
-- role (ACCOUNT/NAME) and id, in the accounts alone of which an inventory leaves an
-- id out: elsewhere nobody asks, and no event is read.
create view lake.role_sightings as
with

accounts as (

    select distinct account_id
    from lake.roles
    where role_id is null

),

sightings as (

    select
        events.role_arn,
        events.role_id,
        min(events.event_time) as first_seen
    from events
    inner join accounts
        on split_part(events.role_arn, ':', 5) = accounts.account_id
    where events.role_id is not null
    group by events.role_arn, events.role_id

    union all

    select
        events.assumed_role_arn as role_arn,
        events.assumed_role_id as role_id,
        min(events.event_time) as first_seen
    from events
    inner join accounts
        on split_part(events.assumed_role_arn, ':', 5) = accounts.account_id
    where events.assumed_role_id is not null
    group by events.assumed_role_arn, events.assumed_role_id

)

select
    split_part(role_arn, ':', 5) || '/' || regexp_extract(role_arn, '[^/]+$')
        as role_name,
    role_id,
    min(first_seen) as first_seen
from sightings
group by
    split_part(role_arn, ':', 5) || '/' || regexp_extract(role_arn, '[^/]+$'),
    role_id;
