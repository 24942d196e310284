-- Which events show an action? One row per action of the catalogue: management
-- events, or the type of data events (null if no trail can be told to log them),
-- and whether CloudTrail calls them reads or writes.
--
-- AWS calls AssumeRole (P29), Decrypt, Encrypt and GenerateDataKey reads, and IAM
-- calls them writes: of kms and sts, and where IAM says nothing, both are asked for.
create view lake.action_kinds as
select
    action,
    split_part(action, ':', 1) as service,
    access_level,
    observability,
    data_type,
    case
        when observability = 'data' then data_type
        else 'management events'
    end as events,
    coalesce(
        access_level in ('read', 'list')
        or split_part(action, ':', 1) in ('kms', 'sts'),
        true
    ) as asks_reads,
    coalesce(access_level not in ('read', 'list'), true) as asks_writes
from lake.actions;
