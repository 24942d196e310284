-- The role that made the most calls.
select role_arn
from role_use
group by role_arn
order by count(*) desc, role_arn asc
limit 1
