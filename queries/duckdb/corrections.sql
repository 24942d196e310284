-- Events that correct another one (P19): addenda with reason UPDATED_DATA. Most lakes
-- have none; of those this reads little more than the statistics.
create table lake.corrections as
select
    event_id,
    event_time,
    recipient_account_id,
    json_extract_scalar(addendum, '$.originalEventID') as original_id
from lake.events
where
    addendum >= '' -- no text is before it; DuckDB passes over files without any
    and json_extract_scalar(addendum, '$.reason') = 'UPDATED_DATA'
    and json_extract_scalar(addendum, '$.originalEventID') <> event_id;
