-- To find them takes all keys, to know them few: look once. A quarter at a time, for the
-- reason that stands in keep_signing_keys.sql.
create or replace table kept.multikey_sessions as select * from lake.multikey_sessions limit 0;

insert into kept.multikey_sessions
select * from lake.multikey_sessions
where hash(created_key, role_session_name) < 4611686018427387904;

insert into kept.multikey_sessions
select * from lake.multikey_sessions
where
    hash(created_key, role_session_name) >= 4611686018427387904
    and hash(created_key, role_session_name) < 9223372036854775808;

insert into kept.multikey_sessions
select * from lake.multikey_sessions
where
    hash(created_key, role_session_name) >= 9223372036854775808
    and hash(created_key, role_session_name) < 13835058055282163712;

insert into kept.multikey_sessions
select * from lake.multikey_sessions
where hash(created_key, role_session_name) >= 13835058055282163712;

create or replace view lake.multikey_sessions as select * from kept.multikey_sessions;
