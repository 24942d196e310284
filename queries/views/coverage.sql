-- One row per source object, account, Region, log family and event day. A crash
-- can leave a row twice in the files; here it stands once.
create view coverage as
select distinct
    source_object,
    account_id,
    aws_region,
    family,
    event_date,
    records,
    events,
    first_event,
    last_event
from lake.coverage;
