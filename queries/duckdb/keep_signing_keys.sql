-- Of millions of keys a quarter at a time, of which each fits into memory: where the
-- grouping goes beyond its limit, DuckDB 1.4 may crash. (Ranges of the hash are asked
-- before the grouping, its remainder would be after it.)
create or replace table kept.signing_keys as select * from lake.signing_keys limit 0;

insert into kept.signing_keys
select * from lake.signing_keys
where hash(access_key_id, role_session_name) < 4611686018427387904;

insert into kept.signing_keys
select * from lake.signing_keys
where
    hash(access_key_id, role_session_name) >= 4611686018427387904
    and hash(access_key_id, role_session_name) < 9223372036854775808;

insert into kept.signing_keys
select * from lake.signing_keys
where
    hash(access_key_id, role_session_name) >= 9223372036854775808
    and hash(access_key_id, role_session_name) < 13835058055282163712;

insert into kept.signing_keys
select * from lake.signing_keys
where hash(access_key_id, role_session_name) >= 13835058055282163712;

create or replace view lake.signing_keys as select * from kept.signing_keys;
