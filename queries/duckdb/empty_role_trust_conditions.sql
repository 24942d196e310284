-- A lake without an inventory.
create view lake.role_trust_conditions as
select
    cast(null as varchar) as account_id,
    cast(null as varchar) as role_arn,
    cast(null as varchar) as role_id,
    cast(null as integer) as statement,
    cast(null as varchar) as key,
    cast(null as varchar) as operator,
    cast(null as varchar) as quantifier,
    cast(null as boolean) as if_exists,
    cast(null as boolean) as negated,
    cast(null as varchar) as pattern,
    cast(null as boolean) as exact,
    cast(null as varchar[]) as condition_values,
    cast(null as timestamp) as snapshot_at,
    cast(null as date) as snapshot_date
where false;
