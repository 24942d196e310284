select
    at_us,
    turn,
    event,
    standing,
    document
from documents
where
    subject = ?
    and (at_us, turn, event) < (?, ?, ?)
order by at_us desc, turn desc, event desc
limit 1
