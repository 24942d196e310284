-- Events that a later record corrects, by their ids: the correction takes the place of
-- the event that it names, wherever in the lake the two lie. Of several that name the same one
-- the last counts; one that is itself a correction goes only before a later one, so that
-- no two can take each other away.
create table lake.replaced as
with

numbered as (

    select
        *,
        row_number() over (
            partition by recipient_account_id, original_id
            order by event_time desc, event_id desc
        ) as place
    from lake.corrections

)

select
    newer.original_id as event_id,
    newer.recipient_account_id
from numbered as newer
left join lake.corrections as older
    on
        newer.original_id = older.event_id
        and newer.recipient_account_id
        is not distinct from older.recipient_account_id
where
    newer.place = 1
    and (
        older.event_id is null
        or older.event_time < newer.event_time
        or (
            older.event_time = newer.event_time
            and older.event_id < newer.event_id
        )
    )

union

select
    event_id,
    recipient_account_id
from numbered
where place > 1;
