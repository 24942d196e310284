-- Which roles could have been meant? One row per known role, the closest names
-- first, at most five.
with

params as (

    select
        cast(? as varchar) as accounts,
        lower(coalesce(nullif(regexp_extract(?, '[^/]+$'), ''), '')) as wanted

),

known as (

    select
        account_id,
        arn as role_arn,
        name as role_name
    from roles

    union

    select
        nullif(split_part(role_arn, ':', 5), '') as account_id,
        role_arn,
        nullif(regexp_extract(role_arn, '[^/]+$'), '') as role_name
    from lake.session_calls
    where role_arn is not null

    union

    select
        account_id,
        assumed_role_arn,
        assumed_role_name
    from assumptions
    where assumed_role_arn is not null

),

close as (

    select
        known.account_id,
        known.role_arn,
        known.role_name,
        levenshtein_distance(lower(known.role_name), params.wanted) as distance,
        strpos(lower(known.role_name), params.wanted) > 0 as contained,
        length(params.wanted) as wanted_length
    from known
    cross join params
    where
        known.role_name is not null
        and length(params.wanted) > 0
        and (
            params.accounts is null
            or contains(split(params.accounts, ','), known.account_id)
        )

)

select
    account_id,
    role_arn,
    role_name
from close
where contained or distance * 2 <= wanted_length
order by
    contained desc,
    distance asc,
    account_id asc nulls last,
    role_arn asc nulls last
fetch first 5 rows only
