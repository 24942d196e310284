-- A lake of which no day is compact.
create view lake.day_uses as
select
    cast(null as varchar) as role_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as recipient_account_id,
    cast(null as varchar) as iam_action,
    cast(null as varchar) as iam_actions_possible,
    cast(null as varchar) as passed_role_arn,
    cast(null as timestamp) as first_seen,
    cast(null as timestamp) as last_seen,
    cast(null as timestamp) as last_done,
    cast(null as timestamp) as last_denied,
    cast(null as bigint) as calls,
    cast(null as boolean) as has_data_events,
    cast(null as boolean) as has_unsorted_events,
    cast(null as date) as event_date
where false;
