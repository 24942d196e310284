-- A lake without an inventory.
create view lake.policies as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as policy_arn,
    cast(null as varchar) as name,
    cast(null as varchar) as kind,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as version_id,
    cast(null as timestamp) as created_at,
    cast(null as varchar) as document,
    cast(null as timestamp) as snapshot_at,
    cast(null as date) as snapshot_date
where false;
