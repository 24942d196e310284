-- View lake.events of a lake that has events which later ones correct: those count no
-- longer. Made by
--
--     go test ./queries -run TestDDL -update
--
-- `report` says when this is needed. It makes each report look for the ids of all events,
-- which takes several times as much reading; views.sql puts it back.

create or replace view lake.events as
select files.*
from files.events as files
left join lake.replaced as replaced
    on
        files.event_id = replaced.event_id
        and files.recipient_account_id
        is not distinct from replaced.recipient_account_id
where replaced.event_id is null;
