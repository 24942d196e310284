-- One row per role, trust statement and principal. No inventory table holds
-- these yet: the view has its columns and no rows. Until then the document
-- itself is roles.trust_policy.
create view role_trust as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as role_id,
    cast(null as varchar) as statement,
    cast(null as varchar) as principal_type,
    cast(null as varchar) as principal,
    cast(null as varchar) as conditions,
    cast(null as timestamp(6)) as snapshot_at
where 1 = 0;
