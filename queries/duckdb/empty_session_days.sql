-- A lake of which no day is compact.
create view lake.session_days as
select
    cast(null as varchar) as role_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as account_id,
    cast(null as varchar) as role_session_name,
    cast(null as varchar) as access_key_id,
    cast(null as varchar) as source_identity,
    cast(null as timestamp) as session_created_at,
    cast(null as timestamp) as first_seen,
    cast(null as timestamp) as last_seen,
    cast(null as timestamp) as first_done,
    cast(null as timestamp) as last_done,
    cast(null as timestamp) as last_denied,
    cast(null as bigint) as events,
    cast(null as bigint) as calls,
    cast(null as bigint) as denied,
    cast(null as bigint) as failed,
    cast(null as date) as event_date
where false;
