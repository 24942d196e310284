-- All about sessions is told from these rows, and their number is what DuckDB cannot
-- guess: the joins above would hash the wrong side. What differs from row to row is not
-- compressed: that would take three times as long as to find the rows.
create or replace table kept.session_keys (
    role_key varchar,
    role_session_name varchar using compression uncompressed,
    created_key timestamp,
    access_key_id varchar using compression uncompressed,
    account_id varchar,
    source_identity varchar,
    first_seen timestamp,
    last_seen timestamp,
    events bigint,
    denied bigint,
    event_id varchar using compression uncompressed,
    event_time timestamp,
    assumed_role_arn varchar,
    assumed_role_id varchar,
    assumed_session_name varchar,
    has_its_name boolean,
    caller varchar,
    caller_kind varchar,
    caller_role_key varchar,
    caller_session_name varchar using compression uncompressed,
    caller_created_key timestamp,
    granted_source_identity varchar,
    fits boolean
);

-- (Nearly every session has the name that the assumption gave it, which is kept once.)
insert into kept.session_keys by name
select
    * replace (nullif(assumed_session_name, role_session_name) as assumed_session_name),
    assumed_session_name is not distinct from role_session_name as has_its_name
from lake.session_keys;

create or replace view lake.session_keys as
select
    * exclude (has_its_name)
    replace (
        case when has_its_name then role_session_name else assumed_session_name end
        as assumed_session_name
    )
from kept.session_keys;

-- Nothing else reads what the keys did.
drop view lake.signing_keys;

drop table kept.signing_keys;

drop macro table kept.brought_together;

drop table kept.repeated_keys;
