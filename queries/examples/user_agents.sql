-- With which tools do roles act? Text after the first slash or space is left out.
select
    regexp_extract(user_agent, '^[^/ ]+') as tool,
    count(*) as calls,
    count(distinct role_arn) as roles
from role_use
group by 1
order by calls desc, tool asc
fetch first 30 rows only
