-- Which accounts does the lake know? Those whose logs it holds, those of the
-- inventory, and those whose roles acted or were asked for.
select account_id
from (

    select account_id
    from lake.coverage

    union

    select account_id
    from lake.roles

    union

    -- (There are few ARNs, and millions of rows.)
    select coalesce(nullif(split_part(role_arn, ':', 5), ''), account_id)
    from (
        select distinct
            role_arn,
            account_id
        from lake.session_calls
    ) as acting

    union

    select nullif(split_part(assumed_role_arn, ':', 5), '')
    from (
        select distinct assumed_role_arn
        from lake.assumption_records
    ) as assumed

) as known
where account_id is not null
order by account_id asc
