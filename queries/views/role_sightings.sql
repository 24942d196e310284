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

-- (No text is before the empty one: so readers pass over what has none.)
sightings as (

    select
        uses.role_arn,
        uses.role_id,
        min(uses.first_seen) as first_seen
    from lake.uses as uses
    cross join asked
    where uses.role_id >= '' and uses.role_arn >= ''
    group by uses.role_arn, uses.role_id

    union all

    select
        events.assumed_role_arn as role_arn,
        events.assumed_role_id as role_id,
        min(events.event_time) as first_seen
    from events
    cross join asked
    where events.assumed_role_id >= '' and events.assumed_role_arn >= ''
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
