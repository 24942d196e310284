-- What do the records of a role that acted tell of it? One row per role, by the key of
-- its sessions. Some records leave the id out, others the path of the ARN (P31), so that
-- it takes all of them to know it.
create view lake.acting_roles as
with

records as (

    select
        role_id,
        role_arn,
        case when role_id is null then first_seen end as unnamed_at
    from lake.session_calls
    group by
        role_id,
        role_arn,
        case when role_id is null then first_seen end

),

named as (

    select
        coalesce(records.role_id, role_names.role_id, records.role_arn)
            as role_key,
        coalesce(records.role_id, role_names.role_id) as role_id,
        records.role_arn
    from records
    left join lake.role_names as role_names
        on
            records.role_arn = role_names.role_arn
            and records.unnamed_at >= role_names.valid_from
            and records.unnamed_at < role_names.valid_to

)

select
    role_key,
    max(role_id) as role_id,
    max(role_arn) as role_arn,
    nullif(split_part(max(role_arn), ':', 5), '') as account_id,
    nullif(regexp_extract(max(role_arn), '[^/]+$'), '') as role_name,
    split_part(max(role_arn), ':', 5) || '/'
    || regexp_extract(max(role_arn), '[^/]+$') as account_and_name
from named
group by role_key;
