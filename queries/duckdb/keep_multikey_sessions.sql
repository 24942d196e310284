-- To find them takes all keys, to know them few: look once, and by a number alone, for the
-- reason that stands in keep_signing_keys.sql.
create or replace table kept.repeated_sessions as
select hash(role_key, role_session_name, created_key) as number
from lake.session_keys
where role_key is not null
group by number
having count(*) > 1;

create or replace table kept.multikey_sessions as
select role_key, role_session_name, created_key
from lake.session_keys
where
    role_key is not null
    and hash(role_key, role_session_name, created_key)
    in (select number from kept.repeated_sessions)
group by all
having count(*) > 1;

create or replace view lake.multikey_sessions as select * from kept.multikey_sessions;

drop table kept.repeated_sessions;
