-- What do the records of a role that acted tell of it? One row per role, by the key of
-- its sessions, which is its id, or its ARN where nobody knows that (role_id is null then).
-- Some records leave the id out, others the ARN, so that it takes all of them to know it.
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

),

-- An ARN with its path before one without.
known as (

    select
        role_key,
        max(role_id) as role_id,
        coalesce(
            max(case when regexp_like(role_arn, ':role/.+/') then role_arn end),
            max(role_arn)
        ) as role_arn
    from named
    group by role_key

)

select
    role_key,
    role_id,
    role_arn,
    nullif(split_part(role_arn, ':', 5), '') as account_id,
    nullif(regexp_extract(role_arn, '[^/]+$'), '') as role_name,
    nullif(split_part(role_arn, ':', 5), '') || '/'
    || nullif(regexp_extract(role_arn, '[^/]+$'), '') as account_and_name
from known;
