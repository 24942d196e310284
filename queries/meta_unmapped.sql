-- Of which services did roles make calls that could not be mapped to actions? One row
-- per service. (A day that the window begins or ends in counts as a whole.)
with

params as (

    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role

),

-- There are few different lists of actions: each is taken apart once.
lists as (

    select
        uses.iam_actions_possible,
        coalesce(uses.role_id, uses.role_arn) as role
    from lake.uses as uses
    cross join params
    where
        uses.iam_actions_possible like '%:*%'
        and uses.last_seen >= params.since
        and uses.first_seen < params.until
        and coalesce(uses.role_id, uses.role_arn) is not null
        and (
            params.accounts is null
            or contains(
                split(params.accounts, ','),
                coalesce(
                    split_part(uses.role_arn, ':', 5),
                    uses.recipient_account_id
                )
            )
        )
        and (
            params.role is null
            or uses.role_id = params.role
            or uses.role_arn = params.role
            or regexp_extract(uses.role_arn, '[^/]+$') = params.role
        )
    group by
        uses.iam_actions_possible,
        coalesce(uses.role_id, uses.role_arn)

)

select
    split_part(items.action, ':', 1) as service,
    count(distinct lists.role) as roles
from lists
cross join unnest(split(lists.iam_actions_possible, ',')) as items (action)
where items.action = split_part(items.action, ':', 1) || ':*'
group by split_part(items.action, ':', 1)
order by split_part(items.action, ':', 1) asc
