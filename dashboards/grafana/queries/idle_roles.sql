-- Which roles of the inventory did not act, the most privileged first?
with

acted as (

    select
        account_id,
        role_name,
        max(event_time) as last_used
    from role_use
    where
        $__dateFilter(event_date)
        and outcome <> 'denied'
    group by account_id, role_name

)

select
    roles.account_id,
    roles.name,
    roles.privilege,
    roles.kind,
    roles.created_at,
    roles.last_used as iam_last_used
from roles
left join acted
    on
        roles.account_id = acted.account_id
        and roles.name = acted.role_name
where
    acted.last_used is null
    and roles.kind <> 'service_linked'
order by
    case roles.privilege
        when 'admin' then 0
        when 'permissions' then 1
        else 2
    end asc,
    roles.account_id asc,
    roles.name asc
fetch first 200 rows only
