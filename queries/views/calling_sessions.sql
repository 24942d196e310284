-- Which sessions of roles assumed roles? One row per session, as the assumptions know it: of
-- all of them, for there is no need to know which made a session.
create view lake.calling_sessions as
select distinct
    caller_role_key,
    caller_session_name,
    caller_created_key
from lake.session_keys
where caller_role_key is not null;
