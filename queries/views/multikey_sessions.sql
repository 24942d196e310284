-- Which sessions have several rows in session_keys, of several keys or of several
-- assumptions of one? Nearly every session has one key,
-- and that from one assumption; only these need bringing together, which would be
-- work for each.
create view lake.multikey_sessions as
select
    role_key,
    role_session_name,
    created_key
from lake.session_keys
where role_key is not null
group by role_key, role_session_name, created_key
having count(*) > 1;
