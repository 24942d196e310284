-- When had a role last been used that was deleted? One row per deletion in the window, of
-- roles that were used before. A role of the same name that was deleted earlier
-- was another one (P36).
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: only then it leaves out files by their days.
given as (

    select ? as until

),

params as (

    select
        cast(given.until as timestamp(6)) as until,
        cast(? as timestamp(6)) as since,
        cast(? as varchar) as accounts
    from given

),

came_or_went as (

    select
        events.event_time,
        events.event_id,
        events.recipient_account_id as account_id,
        events.change,
        events.change_role_arns
    from events
    cross join params
    where
        -- (A comparison, as in changes: DuckDB passes over row groups by it.)
        events.change >= ''
        and events.change in ('role_created', 'role_deleted')
        and events.outcome = 'success'
        and events.event_date <= cast(? as date)
        and events.event_time < params.until
        and (
            params.accounts is null
            or contains(
                split(params.accounts, ','), events.recipient_account_id
            )
        )

),

-- By account and name: some records leave the path out (P31).
made_or_gone as (

    select
        came_or_went.event_time,
        came_or_went.event_id,
        came_or_went.account_id,
        came_or_went.change,
        split_part(roles.arn, ':', 5) || '/' || regexp_extract(roles.arn, '[^/]+$')
            as role_name
    from came_or_went
    cross join unnest(came_or_went.change_role_arns) as roles (arn)

),

deleted as (

    select
        gone.event_time,
        gone.event_id,
        gone.account_id,
        gone.role_name,
        max(made.event_time) as made_at
    from made_or_gone as gone
    cross join params
    left join made_or_gone as made
        on
            gone.role_name = made.role_name
            and made.change = 'role_created'
            and gone.event_time > made.event_time
    where gone.change = 'role_deleted' and gone.event_time >= params.since
    group by
        gone.event_time,
        gone.event_id,
        gone.account_id,
        gone.role_name

),

-- (Of many roles those that were deleted: each name is looked up once.)
names as (

    select distinct role_name
    from deleted

),

acted as (

    select
        names.role_name,
        uses.first_seen,
        max(uses.last_done) as last_done
    from lake.uses as uses
    inner join names
        on
            split_part(uses.role_arn, ':', 5) || '/'
            || regexp_extract(uses.role_arn, '[^/]+$')
            = names.role_name
    where uses.last_done is not null
    group by names.role_name, uses.first_seen

)

select
    deleted.event_time,
    deleted.event_id,
    deleted.account_id,
    max(least(acted.last_done, deleted.event_time)) as last_used
from deleted
inner join acted
    on
        deleted.role_name = acted.role_name
        and deleted.event_time > acted.first_seen
where deleted.made_at is null or acted.last_done >= deleted.made_at
group by
    deleted.event_time,
    deleted.event_id,
    deleted.account_id
order by
    deleted.event_time asc,
    deleted.event_id asc nulls last,
    deleted.account_id asc nulls last
