-- How many events does view lake.events still have although others correct them?
select count(*) as events
from lake.events as events
inner join lake.replaced as replaced
    on
        events.event_id = replaced.event_id
        and events.recipient_account_id
        is not distinct from replaced.recipient_account_id
