-- What was brought together on a day counts the events that others correct, too.
begin;

drop view lake.day_uses;

drop view lake.session_days;

commit;
