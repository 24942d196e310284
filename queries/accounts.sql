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

    select coalesce(nullif(split_part(role_arn, ':', 5), ''), account_id)
    from lake.session_calls

    union

    select account_id
    from assumptions

) as known
where account_id is not null
order by account_id asc
