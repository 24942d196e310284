-- To find them takes all keys, to know them few: look once.
create or replace table kept.multikey_sessions as select * from lake.multikey_sessions;

create or replace view lake.multikey_sessions as select * from kept.multikey_sessions;
