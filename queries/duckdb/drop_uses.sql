-- What was used on a day counts the events that others correct, too.
drop view lake.day_uses;
