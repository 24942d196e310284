-- Who became an administrator, and how often?
select
    assumptions.assumed_role_name,
    assumptions.account_id,
    assumptions.caller,
    assumptions.caller_kind,
    count(*) as assumptions,
    max(assumptions.event_time) as last_assumed
from assumptions
inner join roles on assumptions.assumed_role_arn = roles.arn
where roles.privilege = 'admin' and assumptions.outcome = 'success'
group by
    assumptions.assumed_role_name,
    assumptions.account_id,
    assumptions.caller,
    assumptions.caller_kind
order by assumptions desc, assumptions.assumed_role_name asc, assumptions.caller asc
fetch first 50 rows only
