-- Which roles of the inventory have no call in the logs at all?
select
    roles.account_id,
    roles.name,
    roles.privilege,
    roles.created_at
from roles
left join role_use on roles.role_id = role_use.role_id
where role_use.event_id is null and roles.path not like '/aws-service-role/%'
order by roles.account_id asc, roles.name asc
