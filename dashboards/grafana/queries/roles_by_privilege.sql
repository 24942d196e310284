-- What may the roles of the inventory do at most?
select
    coalesce(privilege, 'not graded') as privilege,
    count(*) as roles
from roles
group by privilege
order by roles desc, privilege asc
