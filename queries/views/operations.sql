-- One row per operation of AWS's API, with the actions a call of it may be
-- authorised by. Only a refreshed catalogue has any.
create view operations as
select
    service,
    operation,
    primary_action,
    possible_actions
from lake.operations;
