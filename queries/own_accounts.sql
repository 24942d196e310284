-- Which accounts are one's own (design 9.20)? Those of the inventory and those that own
-- trails of which the lake knows; what is configured comes on top.
select account_id
from (

    select account_id
    from lake.roles

    union

    select account_id
    from lake.trails

) as known
where account_id is not null
order by account_id asc
