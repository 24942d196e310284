-- One row per IAM action of the catalogue: what access it gives, and whether
-- CloudTrail shows a call of it.
create view actions as
select
    action,
    service,
    name,
    access_level,
    resource_types,
    observability,
    data_type,
    catalogue_date,
    source
from lake.actions;
