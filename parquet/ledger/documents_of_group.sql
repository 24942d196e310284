-- The last fact from before a moment about each subject of a group: a space and one more
-- word follow it.
select
    subject,
    at_us,
    turn,
    event,
    standing,
    document
from (
    select
        subject,
        at_us,
        turn,
        event,
        standing,
        document,
        row_number() over (
            partition by subject
            order by at_us desc, turn desc, event desc
        ) as place
    from documents
    where
        subject > ?1 || ' '
        and subject < ?1 || '!'
        and (at_us, turn, event) < (?2, ?3, ?4)
) as facts
where place = 1
order by subject asc
limit ?5
