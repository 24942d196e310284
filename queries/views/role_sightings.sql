-- Under which ids do the logs know a name, and since when? One row per name of a
-- role (ACCOUNT/NAME) and id; none, and no event is read, where no inventory leaves
-- an id out.
create view lake.role_sightings as
with

-- One row, or none.
asked as (

    select count(*) as roles
    from lake.roles
    where role_id is null
    having count(*) > 0

),

sightings as (

    select
        events.role_arn,
        events.role_id,
        min(events.event_time) as first_seen
    from events
    cross join asked
    where events.role_id is not null and events.role_arn is not null
    group by events.role_arn, events.role_id

    union all

    select
        events.assumed_role_arn as role_arn,
        events.assumed_role_id as role_id,
        min(events.event_time) as first_seen
    from events
    cross join asked
    where
        events.assumed_role_id is not null
        and events.assumed_role_arn is not null
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
