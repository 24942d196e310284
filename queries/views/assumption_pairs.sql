-- One row per assumption of which the lake has two records or more: which of them
-- stays, and what all of them together know of the target (P3).
create view lake.assumption_pairs as
with

repeated as (

    select shared_event_id
    from lake.assumption_records
    where shared_event_id >= ''
    group by shared_event_id
    having count(*) > 1

)

select
    records.shared_event_id,
    -- The place of the copy that stays: first those that know the caller, then by
    -- id.
    min(
        case
            when
                records.caller is null
                or records.caller_kind in ('account', 'unknown')
                then '1 '
            else '0 '
        end
        || records.event_id || ' '
        || coalesce(records.recipient_account_id, '')
    ) as first_place,
    max(records.assumed_role_arn) as assumed_role_arn,
    max(records.assumed_role_id) as assumed_role_id,
    max(records.assumed_session_name) as assumed_session_name,
    max(records.assumed_access_key_id) as assumed_access_key_id,
    max(records.external_id) as external_id
from lake.assumption_records as records
inner join repeated
    on records.shared_event_id = repeated.shared_event_id
group by records.shared_event_id;
