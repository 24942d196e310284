-- The views of a lake for Trino and Athena, over the tables of trino.sql or athena.sql.
-- Made from those of DuckDB by
--
--     go test ./queries -run TestDDL -update
--
-- Views without a schema in their names are for readers; make them in the schema (of
-- Athena: the database) roletrail, or another one that no other table is in.
--
-- First what the lake holds, as the views below want it. What `ingest compact` has put
-- together beside the events (tables files.uses, files.session_days, …) is not asked:
-- without the ledger nobody knows which days it is about.

create or replace view lake.events as
select *
from files.events;

create or replace view lake.loose_events as
select *
from lake.events;

create or replace view lake.day_uses as
select *
from files.uses
where false;

create or replace view lake.session_days as
select *
from files.session_days
where false;

create or replace view lake.coverage as
select *
from files.coverage;

create or replace view lake.roles as
select *
from files.roles;

create or replace view lake.role_permissions as
select *
from files.role_permissions;

create or replace view lake.role_trust as
select *
from files.role_trust;

create or replace view lake.role_trust_conditions as
select *
from files.role_trust_conditions;

create or replace view lake.policies as
select *
from files.policies;

create or replace view lake.trails as
select *
from files.trails;

create or replace view lake.actions as
select *
from files.actions;

create or replace view lake.operations as
select *
from files.operations;

-- Events that correct another one (P19): addenda with reason UPDATED_DATA. Most lakes
-- have none; of those this reads little more than the statistics.
create or replace view lake.corrections as
select
    event_id,
    event_time,
    recipient_account_id,
    json_extract_scalar(addendum, '$.originalEventID') as original_id
from files.events
where
    addendum >= '' -- no text is before it; DuckDB passes over files without any
    and json_extract_scalar(addendum, '$.reason') = 'UPDATED_DATA'
    and json_extract_scalar(addendum, '$.originalEventID') <> event_id;

-- Events that a later record corrects, by their ids: the correction takes the place of
-- the event that it names, wherever in the lake the two lie. Of several that name the same one
-- the last counts; one that is itself a correction goes only before a later one, so that
-- no two can take each other away.
create or replace view lake.replaced as
with

numbered as (

    select
        *,
        row_number() over (
            partition by recipient_account_id, original_id
            order by event_time desc, event_id desc
        ) as place
    from lake.corrections

)

select
    newer.original_id as event_id,
    newer.recipient_account_id
from numbered as newer
left join lake.corrections as older
    on
        newer.original_id = older.event_id
        and newer.recipient_account_id
        is not distinct from older.recipient_account_id
where
    newer.place = 1
    and (
        older.event_id is null
        or older.event_time < newer.event_time
        or (
            older.event_time = newer.event_time
            and older.event_id < newer.event_id
        )
    )

union

select
    event_id,
    recipient_account_id
from numbered
where place > 1;

-- One row per event, all columns of the lake (design section 5).
create or replace view events as
select
    ---------- what happened
    event_id,
    event_time,
    event_version,
    event_category,
    event_type,
    event_source,
    event_name,
    aws_region,
    recipient_account_id,
    read_only,
    management_event,
    request_id,
    shared_event_id,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    vpc_endpoint_id,
    ---------- who
    identity_type,
    identity_arn,
    identity_principal_id,
    identity_account_id,
    identity_user_name,
    identity_access_key_id,
    invoked_by,
    identity_provider,
    issuer_type,
    issuer_arn,
    issuer_principal_id,
    issuer_account_id,
    issuer_user_name,
    session_created_at,
    mfa_authenticated,
    source_identity,
    on_behalf_of_user_id,
    ---------- JSON as AWS wrote it
    user_identity,
    request_parameters,
    response_elements,
    additional_event_data,
    service_event_details,
    resources,
    tls_details,
    addendum,
    other,
    ---------- derived: use
    outcome,
    iam_action,
    split(iam_actions_possible, ',') as iam_actions_possible,
    role_arn,
    role_id,
    role_session_name,
    passed_role_arn,
    ---------- derived: assumption
    assumed_role_arn,
    assumed_role_id,
    assumed_session_name,
    assumed_access_key_id,
    assumed_source_identity,
    assumed_session_tags,
    caller,
    caller_kind,
    caller_provider,
    caller_audience,
    caller_network,
    external_id,
    ---------- derived: change
    change,
    change_role_arns,
    change_policy_arn,
    change_severity,
    change_summary,
    ---------- origin
    source_object,
    record_index,
    family,
    derivation,
    event_date
from lake.events;

-- One row per event in which a role acted, whatever the outcome (P1). A use is
-- a row whose outcome is not denied (design section 3).
create or replace view role_use as
select
    ---------- what happened
    event_time,
    event_id,
    coalesce(
        iam_action,
        split_part(event_source, '.', 1) || ':' || event_name
    ) as action,
    event_source,
    event_name,
    iam_action,
    aws_region,
    outcome,
    error_code,
    ---------- the role
    coalesce(
        nullif(split_part(role_arn, ':', 5), ''),
        identity_account_id,
        recipient_account_id
    ) as account_id,
    role_arn,
    nullif(regexp_extract(role_arn, '[^/]+$'), '') as role_name,
    role_id,
    role_session_name,
    session_created_at,
    identity_access_key_id as access_key_id,
    ---------- circumstances
    identity_account_id,
    source_identity,
    invoked_by,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from events
where role_id is not null or role_arn is not null;

-- The records of assumptions as they are: the rows of events that have a
-- caller_kind, which every assumption has and nothing else. Texts are cut and
-- composed here, because most repeat: in the lake each stands once in a dictionary,
-- and is worked on once.
create or replace view lake.assumption_records as
select
    event_id,
    event_time,
    shared_event_id,
    event_name,
    aws_region,
    outcome,
    error_code,
    assumed_role_arn,
    assumed_role_id,
    assumed_session_name,
    assumed_access_key_id,
    assumed_source_identity,
    assumed_session_tags,
    caller,
    caller_kind,
    caller_provider,
    caller_audience,
    caller_network,
    external_id,
    identity_arn,
    identity_account_id,
    identity_user_name,
    identity_access_key_id,
    identity_principal_id,
    mfa_authenticated,
    role_id,
    role_arn,
    role_session_name,
    session_created_at,
    issuer_type,
    issuer_principal_id,
    issuer_arn,
    source_identity,
    source_ip_address,
    user_agent,
    ---------- of who came, what trust policies and reports ask
    nullif(split_part(identity_principal_id, ':', 1), '') as principal_prefix,
    case
        when
            caller_kind in ('user', 'role', 'root')
            and regexp_like(identity_arn, ':(assumed-role|federated-user)/')
            then identity_arn
    end as caller_session_arn,
    coalesce(identity_access_key_id like 'AKIA%', false) as is_long_term,
    ---------- and where it is
    recipient_account_id,
    event_date
from events
-- No text is before the empty one, so this says that there is one; by it DuckDB
-- passes over the row groups without any, by `is not null` it does not.
where caller_kind >= '';

-- One row per assumption of which the lake has two records or more: which of them
-- stays, and what all of them together know of the target (P3).
create or replace view lake.assumption_pairs as
with

repeated as (

    select shared_event_id
    from lake.assumption_records
    where shared_event_id >= ''
    group by shared_event_id
    having count(*) > 1

)

select
    records.shared_event_id,
    -- The place of the copy that stays: first those that know the caller, then by
    -- id.
    min(
        case
            when
                records.caller is null
                or records.caller_kind in ('account', 'unknown')
                then '1 '
            else '0 '
        end
        || records.event_id || ' '
        || coalesce(records.recipient_account_id, '')
    ) as first_place,
    max(records.assumed_role_arn) as assumed_role_arn,
    max(records.assumed_role_id) as assumed_role_id,
    max(records.assumed_session_name) as assumed_session_name,
    max(records.assumed_access_key_id) as assumed_access_key_id,
    max(records.external_id) as external_id
from lake.assumption_records as records
inner join repeated
    on records.shared_event_id = repeated.shared_event_id
group by records.shared_event_id;

-- One row per assumption of a role: of the two records of a cross-account
-- assumption the copy that knows the caller stays, what only the other knows of the
-- target is added (P3). View assumptions has what of this is for readers.
create or replace view lake.merged_assumptions as
with

merged as (

    select
        records.event_time,
        records.event_id,
        records.shared_event_id,
        records.event_name,
        records.aws_region,
        records.outcome,
        records.error_code,
        coalesce(pairs.assumed_role_arn, records.assumed_role_arn)
            as target_arn,
        coalesce(pairs.assumed_role_id, records.assumed_role_id) as target_id,
        coalesce(pairs.assumed_session_name, records.assumed_session_name)
            as target_session,
        coalesce(pairs.assumed_access_key_id, records.assumed_access_key_id)
            as target_key,
        coalesce(pairs.external_id, records.external_id) as external_id,
        records.assumed_source_identity,
        records.assumed_session_tags,
        records.caller,
        records.caller_kind,
        records.identity_arn,
        records.identity_account_id,
        records.identity_user_name,
        records.caller_provider,
        records.caller_audience,
        records.identity_access_key_id,
        records.identity_principal_id,
        records.principal_prefix,
        records.caller_session_arn,
        records.caller_network,
        records.is_long_term,
        records.mfa_authenticated,
        records.role_id,
        records.role_arn,
        records.role_session_name,
        records.session_created_at,
        records.issuer_principal_id,
        records.issuer_arn,
        -- A role switch is no API call, so the acting columns are empty; and the
        -- copy of the account entered has the target itself as identity.
        records.issuer_type = 'Role'
        and records.issuer_principal_id <> coalesce(records.assumed_role_id, '')
            as is_role,
        records.source_identity,
        records.source_ip_address,
        records.user_agent,
        records.recipient_account_id,
        records.event_date
    from lake.assumption_records as records
    left join lake.assumption_pairs as pairs
        on records.shared_event_id = pairs.shared_event_id
    where
        pairs.first_place is null
        or pairs.first_place
        = case
            when
                records.caller is null
                or records.caller_kind in ('account', 'unknown')
                then '1 '
            else '0 '
        end
        || records.event_id || ' '
        || coalesce(records.recipient_account_id, '')

)

select
    ---------- what happened
    event_time,
    event_id,
    shared_event_id,
    event_name,
    aws_region,
    outcome,
    error_code,
    ---------- the target
    target_arn as assumed_role_arn,
    target_id as assumed_role_id,
    target_session as assumed_session_name,
    target_key as assumed_access_key_id,
    assumed_source_identity,
    assumed_session_tags,
    ---------- the direct caller
    caller,
    caller_kind,
    identity_account_id as caller_account_id,
    identity_access_key_id as caller_access_key_id,
    coalesce(role_id, case when is_role then issuer_principal_id end)
        as caller_role_id,
    coalesce(role_arn, case when is_role then issuer_arn end)
        as caller_role_arn,
    coalesce(
        role_session_name,
        case
            when is_role
                then nullif(split_part(identity_principal_id, ':', 2), '')
        end
    ) as caller_session_name,
    session_created_at as caller_session_created_at,
    identity_arn as caller_identity_arn,
    identity_principal_id as caller_principal_id,
    principal_prefix,
    caller_session_arn,
    identity_user_name as caller_user_name,
    caller_provider,
    caller_audience,
    mfa_authenticated,
    is_long_term,
    external_id,
    source_identity,
    source_ip_address,
    caller_network,
    user_agent,
    recipient_account_id,
    event_date
from merged;

-- One row per assumption of a role, whatever the outcome. A cross-account
-- assumption is recorded twice, in the caller's account and in the owner's,
-- under one shared_event_id, and is one row here (P3).
create or replace view assumptions as
select
    ---------- what happened
    event_time,
    event_id,
    shared_event_id,
    event_name,
    aws_region,
    outcome,
    error_code,
    ---------- the target
    nullif(split_part(assumed_role_arn, ':', 5), '') as account_id,
    assumed_role_arn,
    nullif(regexp_extract(assumed_role_arn, '[^/]+$'), '')
        as assumed_role_name,
    assumed_role_id,
    assumed_session_name,
    assumed_access_key_id,
    assumed_source_identity,
    assumed_session_tags,
    ---------- the direct caller
    caller,
    caller_kind,
    caller_account_id,
    caller_access_key_id,
    caller_role_id,
    caller_role_arn,
    caller_session_name,
    caller_session_created_at,
    caller_identity_arn,
    caller_principal_id,
    caller_user_name,
    caller_provider,
    caller_audience,
    caller_network,
    mfa_authenticated,
    external_id,
    source_identity,
    source_ip_address,
    user_agent,
    recipient_account_id,
    event_date
from lake.merged_assumptions;

-- What each role did with each action, and when: of a day that is compact one row per
-- use, whose events all lie in that day; of others one per event. Calls of others stand
-- here too, without a role. Where only an ARN names the role, first_seen is the time of
-- each event, because who has a name changes.
create or replace view lake.uses as
select
    role_id,
    role_arn,
    recipient_account_id,
    iam_action,
    iam_actions_possible,
    passed_role_arn,
    first_seen,
    last_seen,
    last_done,
    last_denied,
    calls,
    has_data_events,
    has_unsorted_events
from lake.day_uses

union all

select
    role_id,
    role_arn,
    recipient_account_id,
    iam_action,
    iam_actions_possible,
    passed_role_arn,
    event_time as first_seen,
    event_time as last_seen,
    case when outcome <> 'denied' then event_time end as last_done,
    case when outcome = 'denied' then event_time end as last_denied,
    case when outcome <> 'denied' then 1 else 0 end as calls,
    not management_event as has_data_events,
    -- Old records do not say which sort they are.
    management_event is null and outcome <> 'denied' as has_unsorted_events
from lake.loose_events;

-- Every event as a use of its own, with the columns of view uses, and its day: for days of which only
-- a part is asked for.
create or replace view lake.event_uses as
select
    role_id,
    role_arn,
    recipient_account_id,
    iam_action,
    iam_actions_possible,
    passed_role_arn,
    event_time as first_seen,
    event_time as last_seen,
    case when outcome <> 'denied' then event_time end as last_done,
    case when outcome = 'denied' then event_time end as last_denied,
    case when outcome <> 'denied' then 1 else 0 end as calls,
    not management_event as has_data_events,
    -- Old records do not say which sort they are.
    management_event is null and outcome <> 'denied' as has_unsorted_events,
    event_date
from lake.events;

-- What role sessions did, and when: of a day that is compact one row per session, whose
-- events all lie in that day; of others one per event. Where only an ARN names the role,
-- first_seen is the time of each event, because who has a name changes.
create or replace view lake.session_calls as
select
    role_id,
    role_arn,
    account_id,
    role_session_name,
    access_key_id,
    source_identity,
    session_created_at,
    first_seen,
    last_seen,
    first_done,
    last_done,
    last_denied,
    events,
    calls,
    denied,
    failed,
    event_date
from lake.session_days

union all

select
    role_id,
    role_arn,
    case
        when role_arn is null
            then coalesce(identity_account_id, recipient_account_id)
    end as account_id,
    role_session_name,
    identity_access_key_id as access_key_id,
    source_identity,
    session_created_at,
    event_time as first_seen,
    event_time as last_seen,
    case when outcome <> 'denied' then event_time end as first_done,
    case when outcome <> 'denied' then event_time end as last_done,
    case when outcome = 'denied' then event_time end as last_denied,
    1 as events,
    case when outcome <> 'denied' then 1 else 0 end as calls,
    case when outcome = 'denied' then 1 else 0 end as denied,
    case when outcome = 'failed' then 1 else 0 end as failed,
    event_date
from lake.loose_events
where role_id is not null or role_arn is not null;

-- Every event of a role as a call of its own, with the columns of view session_calls, and
-- its day: for days of which only a part is asked for.
create or replace view lake.event_calls as
select
    role_id,
    role_arn,
    case
        when role_arn is null
            then coalesce(identity_account_id, recipient_account_id)
    end as account_id,
    role_session_name,
    identity_access_key_id as access_key_id,
    source_identity,
    session_created_at,
    event_time as first_seen,
    event_time as last_seen,
    case when outcome <> 'denied' then event_time end as first_done,
    case when outcome <> 'denied' then event_time end as last_done,
    case when outcome = 'denied' then event_time end as last_denied,
    1 as events,
    case when outcome <> 'denied' then 1 else 0 end as calls,
    case when outcome = 'denied' then 1 else 0 end as denied,
    case when outcome = 'failed' then 1 else 0 end as failed,
    event_date
from lake.events
where role_id is not null or role_arn is not null;

-- Under which ids do the logs know a name, and since when? One row per name of a
-- role (ACCOUNT/NAME) and id; none, and no event is read, where no inventory leaves
-- an id out.
create or replace view lake.role_sightings as
with

-- One row, or none.
asked as (

    select count(*) as roles
    from lake.roles
    where role_id is null
    having count(*) > 0

),

-- (No text is before the empty one: so readers pass over what has none.)
sightings as (

    select
        uses.role_arn,
        uses.role_id,
        min(uses.first_seen) as first_seen
    from lake.uses as uses
    cross join asked
    where uses.role_id >= '' and uses.role_arn >= ''
    group by uses.role_arn, uses.role_id

    union all

    select
        events.assumed_role_arn as role_arn,
        events.assumed_role_id as role_id,
        min(events.event_time) as first_seen
    from events
    cross join asked
    where events.assumed_role_id >= '' and events.assumed_role_arn >= ''
    group by events.assumed_role_arn, events.assumed_role_id

)

select
    split_part(role_arn, ':', 5) || '/' || regexp_extract(role_arn, '[^/]+$')
        as role_name,
    role_id,
    min(first_seen) as first_seen
from sightings
group by
    split_part(role_arn, ':', 5) || '/' || regexp_extract(role_arn, '[^/]+$'),
    role_id;

-- One row per role of every snapshot of the inventory, with the key that its events
-- have (role_key), and with the day of the next snapshot of its account, null for
-- the newest one (replaced_on). The snapshot of a day is that which
--     (day is null or snapshot_date <= day)
--     and (replaced_on is null or replaced_on > day)
--
-- A role is its id (P36). Where the inventory leaves the id out, it is the one that
-- the logs know under the name, if they know one alone. What they saw before the
-- role was made, or since another inventory has a younger one made (remade_at), was
-- another role, which had the same name. Of several ids that are left nobody can
-- tell which one it is (has_namesakes): such a role has none, and its ARN for a key,
-- with the end of its time if a younger one has the ARN.
create or replace view lake.inventory as
with

dated as (

    select
        account_id,
        snapshot_date,
        lead(snapshot_date) over (
            partition by account_id
            order by snapshot_date asc
        ) as replaced_on
    from (
        select distinct
            account_id,
            snapshot_date
        from lake.roles
    ) as snapshots

),

nameless as (

    select distinct
        arn,
        created_at,
        snapshot_date,
        split_part(arn, ':', 5) || '/' || regexp_extract(arn, '[^/]+$')
            as role_name,
        coalesce(
            created_at, cast(snapshot_date as timestamp(6)) + interval '1' day
        ) as made_by
    from lake.roles
    where role_id is null

),

bounded as (

    select
        nameless.arn,
        nameless.created_at,
        nameless.snapshot_date,
        nameless.role_name,
        min(younger.created_at) as remade_at
    from nameless
    left join lake.roles as younger
        on
            nameless.role_name
            = split_part(younger.arn, ':', 5) || '/'
            || regexp_extract(younger.arn, '[^/]+$')
            and younger.created_at >= nameless.made_by
            and (
                nameless.created_at is null
                or younger.created_at <> nameless.created_at
            )
    group by
        nameless.arn,
        nameless.created_at,
        nameless.snapshot_date,
        nameless.role_name

),

named as (

    select
        bounded.arn,
        bounded.created_at,
        bounded.snapshot_date,
        bounded.remade_at,
        min(sightings.role_id) as first_id,
        max(sightings.role_id) as last_id
    from bounded
    left join lake.role_sightings as sightings
        on
            bounded.role_name = sightings.role_name
            and sightings.first_seen
            >= coalesce(bounded.created_at, sightings.first_seen)
            and sightings.first_seen
            < coalesce(bounded.remade_at, timestamp '9999-12-31 00:00:00.000000')
    group by
        bounded.arn,
        bounded.created_at,
        bounded.snapshot_date,
        bounded.remade_at

)

select
    coalesce(
        roles.role_id,
        case when named.first_id = named.last_id then named.first_id end,
        roles.arn || ' until ' || cast(named.remade_at as varchar),
        roles.arn
    ) as role_key,
    coalesce(
        roles.role_id,
        case when named.first_id = named.last_id then named.first_id end
    ) as role_id,
    coalesce(named.first_id <> named.last_id, false) as has_namesakes,
    roles.arn,
    roles.account_id,
    roles.name,
    roles.created_at,
    roles.kind,
    roles.privilege,
    roles.attached_policies,
    roles.unread_policies,
    roles.last_used,
    roles.origin,
    roles.snapshot_date,
    dated.replaced_on
from lake.roles as roles
inner join dated
    on
        roles.account_id = dated.account_id
        and roles.snapshot_date = dated.snapshot_date
left join named
    on
        roles.role_id is null
        and roles.arn = named.arn
        and roles.snapshot_date = named.snapshot_date
        and roles.created_at is not distinct from named.created_at;

-- Which role of the inventories had an ARN when? One row per ARN and span of time
-- (valid_from <= event_time < valid_to), also of the ARN without its path, which
-- some records leave out (P31). The spans of an ARN follow each other without a gap.
--
-- A name is given once in an account at a time, so the inventories of all days tell
-- together who had it: a role has it from its making on, or where no inventory dates
-- that, from the first that has it; the first of all has it from ever.
create or replace view lake.role_spans as
with

inventoried as (

    select
        arn,
        split_part(arn, ':role/', 1) || ':role/' || regexp_extract(arn, '[^/]+$')
            as pathless_arn,
        role_key,
        max(role_id) as role_id,
        min(created_at) as made_at,
        min(snapshot_date) as first_day,
        coalesce(
            min(created_at), cast(min(snapshot_date) as timestamp(6))
        ) as begins_at
    from lake.inventory
    group by arn, role_key

),

bearers as (

    select
        case when forms.has_path then arn else pathless_arn end as role_arn,
        inventoried.*
    from inventoried
    cross join (values (true), (false)) as forms (has_path)
    where not forms.has_path or arn <> pathless_arn

),

placed as (

    select
        bearers.*,
        row_number() over (
            partition by role_arn
            order by begins_at asc, first_day asc, role_key asc
        ) as place,
        lead(begins_at) over (
            partition by role_arn
            order by begins_at asc, first_day asc, role_key asc
        ) as ends_at
    from bearers

),

spans as (

    select
        role_arn,
        case
            when place = 1 and made_at is null
                then timestamp '0001-01-01 00:00:00.000000'
            else begins_at
        end as valid_from,
        coalesce(ends_at, timestamp '9999-12-31 00:00:00.000000') as valid_to,
        role_key,
        role_id
    from placed

)

select *
from spans
where valid_from < valid_to;

-- Which role an ARN stands for where a record has no id: one row per such ARN and
-- span of time (valid_from <= event_time < valid_to). The spans of an ARN follow each
-- other without a gap, so every such record has one row here.
--
-- They are those of the inventories (role_spans). What is older than the first was
-- another role (P36): the one whose id alone the logs knew by then, or nobody knows
-- which; so is an ARN that no inventory has.
create or replace view lake.role_names as
with

unnamed as (

    select
        role_arn,
        min(first_seen) as first_seen
    from (
        select
            assumed_role_arn as role_arn,
            min(event_time) as first_seen
        from lake.assumption_records
        where assumed_role_id is null and assumed_role_arn is not null
        group by assumed_role_arn

        union all

        select
            role_arn,
            min(first_seen) as first_seen
        from lake.uses
        where role_id is null and role_arn is not null
        group by role_arn
    ) as records
    group by role_arn

),

-- Whose records are older than all that the inventories tell of the name.
older as (

    select
        unnamed.role_arn,
        coalesce(min(spans.valid_from), timestamp '9999-12-31 00:00:00.000000')
            as valid_to
    from unnamed
    left join lake.role_spans as spans on unnamed.role_arn = spans.role_arn
    group by unnamed.role_arn, unnamed.first_seen
    having
        unnamed.first_seen
        < coalesce(min(spans.valid_from), timestamp '9999-12-31 00:00:00.000000')

),

-- (Grouped by one column each, whose dictionary DuckDB then makes use of.)
named as (

    select
        uses.role_arn,
        min(uses.role_id) as first_id,
        max(uses.role_id) as last_id
    from lake.uses as uses
    inner join older on uses.role_arn = older.role_arn
    where uses.first_seen < older.valid_to
    group by uses.role_arn

    union all

    select
        records.assumed_role_arn as role_arn,
        min(records.assumed_role_id) as first_id,
        max(records.assumed_role_id) as last_id
    from lake.assumption_records as records
    inner join older on records.assumed_role_arn = older.role_arn
    where records.event_time < older.valid_to
    group by records.assumed_role_arn

),

by_log as (

    select
        role_arn,
        min(first_id) as role_id
    from named
    group by role_arn
    having min(first_id) = max(last_id)

)

select
    role_arn,
    valid_from,
    valid_to,
    role_key,
    role_id
from lake.role_spans

union all

select
    older.role_arn,
    timestamp '0001-01-01 00:00:00.000000' as valid_from,
    older.valid_to,
    coalesce(
        by_log.role_id,
        -- The ARN is the key of a younger role, if that has no id either.
        case
            when older.valid_to < timestamp '9999-12-31 00:00:00.000000'
                then
                    older.role_arn || ' until '
                    || cast(older.valid_to as varchar)
        end,
        older.role_arn
    ) as role_key,
    by_log.role_id
from older
left join by_log on older.role_arn = by_log.role_arn;

-- Every assumption as a step from one role, or from outside, into another: both
-- roles by the keys of their events, and of the rest what tells who came, how and
-- from where.
create or replace view lake.assumption_steps as
with

steps as (

    select
        assumptions.event_id,
        assumptions.event_time,
        assumptions.event_name,
        assumptions.outcome,
        ---------- the role entered
        assumptions.assumed_role_arn as target_arn,
        coalesce(
            assumptions.assumed_role_id,
            targets.role_key,
            assumptions.assumed_role_arn
        ) as target_key,
        assumptions.assumed_session_name as target_session,
        assumptions.assumed_access_key_id as target_key_id,
        assumptions.assumed_source_identity as target_source_identity,
        assumptions.assumed_session_tags as target_session_tags,
        ---------- who came
        assumptions.caller,
        assumptions.caller_kind,
        assumptions.principal_prefix as caller_principal_id,
        assumptions.caller_provider,
        assumptions.caller_audience,
        case
            when
                assumptions.caller_kind
                in ('web_identity', 'saml', 'identity_center')
                then assumptions.caller_user_name
        end as caller_subject,
        ---------- the session of a role that came
        case
            when assumptions.caller_kind = 'role'
                then coalesce(
                    assumptions.caller_role_id,
                    callers.role_key,
                    assumptions.caller_role_arn
                )
        end as caller_role_key,
        assumptions.caller_role_arn,
        assumptions.caller_session_name,
        assumptions.caller_session_arn,
        assumptions.caller_session_created_at as caller_created_at,
        case
            when assumptions.caller_kind = 'role'
                then assumptions.caller_access_key_id
        end as caller_access_key_id,
        ---------- how, and from where
        assumptions.is_long_term,
        assumptions.mfa_authenticated,
        assumptions.external_id,
        assumptions.source_ip_address as address,
        assumptions.caller_network as network
    from lake.merged_assumptions as assumptions
    left join lake.role_names as targets
        on
            case
                when assumptions.assumed_role_id is null
                    then assumptions.assumed_role_arn
            end
            = targets.role_arn
            and assumptions.event_time >= targets.valid_from
            and assumptions.event_time < targets.valid_to
    left join lake.role_names as callers
        on
            case
                when assumptions.caller_role_id is null
                    then assumptions.caller_role_arn
            end
            = callers.role_arn
            and assumptions.event_time >= callers.valid_from
            and assumptions.event_time < callers.valid_to

)

select
    steps.*,
    -- (Lengths keep the parts apart, whatever they hold.)
    cast(length(caller_role_key) as varchar) || ' ' || caller_role_key || ' '
    || coalesce(cast(caller_created_at as varchar), '') || ' '
    || caller_session_name as caller_session
from steps;

-- What do the records of a role that acted tell of it? One row per role, by the key of
-- its sessions, which is its id, or its ARN where nobody knows that (role_id is null then).
-- Some records leave the id out, others the ARN, so that it takes all of them to know it.
create or replace view lake.acting_roles as
with

records as (

    select
        role_id,
        role_arn,
        case when role_id is null then first_seen end as unnamed_at
    from lake.session_calls
    group by
        role_id,
        role_arn,
        case when role_id is null then first_seen end

),

named as (

    select
        coalesce(records.role_id, role_names.role_id, records.role_arn)
            as role_key,
        coalesce(records.role_id, role_names.role_id) as role_id,
        records.role_arn
    from records
    left join lake.role_names as role_names
        on
            records.role_arn = role_names.role_arn
            and records.unnamed_at >= role_names.valid_from
            and records.unnamed_at < role_names.valid_to

),

-- An ARN with its path before one without.
known as (

    select
        role_key,
        max(role_id) as role_id,
        coalesce(
            max(case when regexp_like(role_arn, ':role/.+/') then role_arn end),
            max(role_arn)
        ) as role_arn
    from named
    group by role_key

)

select
    role_key,
    role_id,
    role_arn,
    nullif(split_part(role_arn, ':', 5), '') as account_id,
    nullif(regexp_extract(role_arn, '[^/]+$'), '') as role_name,
    nullif(split_part(role_arn, ':', 5), '') || '/'
    || nullif(regexp_extract(role_arn, '[^/]+$'), '') as account_and_name
from known;

-- What did each access key of a role session do? One row per role, session name, creation
-- time and key; calls whose record names no key have a row of their own.
create or replace view lake.signing_keys as
select
    coalesce(calls.role_id, role_names.role_id, calls.role_arn) as role_key,
    calls.role_session_name,
    coalesce(calls.session_created_at, timestamp '1970-01-01 00:00:00.000000')
        as created_key,
    calls.access_key_id,
    max(calls.account_id) as account_id,
    max(calls.source_identity) as source_identity,
    min(calls.first_seen) as first_seen,
    max(calls.last_seen) as last_seen,
    cast(sum(calls.events) as bigint) as events,
    cast(sum(calls.denied) as bigint) as denied
from lake.session_calls as calls
left join lake.role_names as role_names
    on
        case when calls.role_id is null then calls.role_arn end
        = role_names.role_arn
        and calls.first_seen >= role_names.valid_from
        and calls.first_seen < role_names.valid_to
where calls.role_session_name is not null
group by
    coalesce(calls.role_id, role_names.role_id, calls.role_arn),
    calls.role_session_name,
    coalesce(calls.session_created_at, timestamp '1970-01-01 00:00:00.000000'),
    calls.access_key_id;

-- Which access key did a role session sign with, and which assumption handed it out?
-- One row per key of a session and assumption of that key, with fits if that one can
-- have made the session; keys that no logged assumption handed out have a row, so have
-- calls without a key, and assumptions whose key signed no logged call (their role_key
-- is null).
--
-- AWS makes every key once, but copied examples repeat them: the role must be the
-- same, by its name where one side has no id, and the calls must lie within the
-- twelve hours that a session can last, give or take the clocks' five seconds.
create or replace view lake.session_keys as
with

grants as (

    select
        assumptions.event_id,
        assumptions.event_time,
        assumptions.assumed_role_arn,
        coalesce(assumptions.assumed_role_id, targets.role_id)
            as assumed_role_id,
        assumptions.assumed_session_name,
        assumptions.assumed_access_key_id,
        assumptions.caller,
        assumptions.caller_kind,
        case
            when assumptions.caller_kind = 'role'
                then coalesce(
                    assumptions.caller_role_id,
                    callers.role_id,
                    assumptions.caller_role_arn
                )
        end as caller_role_key,
        case
            when assumptions.caller_kind = 'role'
                then assumptions.caller_session_name
        end as caller_session_name,
        case
            when assumptions.caller_kind = 'role'
                then coalesce(
                    assumptions.caller_session_created_at,
                    timestamp '1970-01-01 00:00:00.000000'
                )
        end as caller_created_key,
        assumptions.source_identity
    from lake.merged_assumptions as assumptions
    left join lake.role_names as targets
        on
            case
                when assumptions.assumed_role_id is null
                    then assumptions.assumed_role_arn
            end
            = targets.role_arn
            and assumptions.event_time >= targets.valid_from
            and assumptions.event_time < targets.valid_to
    left join lake.role_names as callers
        on
            case
                when
                    assumptions.caller_kind = 'role'
                    and assumptions.caller_role_id is null
                    then assumptions.caller_role_arn
            end
            = callers.role_arn
            and assumptions.event_time >= callers.valid_from
            and assumptions.event_time < callers.valid_to
    where assumptions.outcome = 'success'

)

select
    ---------- the key of a session
    keys.role_key,
    keys.role_session_name,
    keys.created_key,
    keys.access_key_id,
    keys.account_id,
    keys.source_identity,
    keys.first_seen,
    keys.last_seen,
    keys.events,
    keys.denied,
    ---------- the assumption that handed it out
    grants.event_id,
    grants.event_time,
    grants.assumed_role_arn,
    grants.assumed_role_id,
    grants.assumed_session_name,
    grants.caller,
    grants.caller_kind,
    grants.caller_role_key,
    grants.caller_session_name,
    grants.caller_created_key,
    grants.source_identity as granted_source_identity,
    ---------- whether it made the session
    coalesce(
        keys.first_seen >= grants.event_time - interval '5' second
        and keys.last_seen
        <= grants.event_time + interval '12' hour + interval '5' second
        -- (in this order, for to take an ARN apart is what costs)
        and case
            when keys.role_key = grants.assumed_role_id then true
            when roles.role_id is null or grants.assumed_role_id is null
                then
                    roles.account_and_name
                    = nullif(split_part(grants.assumed_role_arn, ':', 5), '')
                    || '/'
                    || nullif(
                        regexp_extract(grants.assumed_role_arn, '[^/]+$'), ''
                    )
        end,
        false
    ) as fits
from lake.signing_keys as keys
full outer join grants on keys.access_key_id = grants.assumed_access_key_id
left join lake.acting_roles as roles on keys.role_key = roles.role_key;

-- Which sessions have several rows in session_keys, of several keys or of several
-- assumptions of one? Nearly every session has one key,
-- and that from one assumption; only these need bringing together, which would be
-- work for each.
create or replace view lake.multikey_sessions as
select
    role_key,
    role_session_name,
    created_key
from lake.session_keys
where role_key is not null
group by role_key, role_session_name, created_key
having count(*) > 1;

-- The sessions that made calls: one row per role, session name and creation time
-- (design 9.5), with the assumption that handed out one of their keys, the first if
-- several did; event_time is null where none is logged. Nearly every session has one row
-- of session_keys, and only the others are brought together.
create or replace view lake.called_sessions as
with

parts as (

    select
        keys.*,
        -- of the rows of one key, which has as many as assumptions
        row_number() over (
            partition by
                keys.role_key,
                keys.role_session_name,
                keys.created_key,
                keys.access_key_id
            order by keys.event_time asc, keys.event_id asc
        ) as place_of_key
    from lake.session_keys as keys
    inner join lake.multikey_sessions as several
        on
            keys.role_key = several.role_key
            and keys.role_session_name = several.role_session_name
            and keys.created_key = several.created_key

),

wholes as (

    select
        role_key,
        role_session_name,
        created_key,
        max(account_id) over session as account_id,
        max(source_identity) over session as source_identity,
        min(first_seen) over session as first_seen,
        max(last_seen) over session as last_seen,
        sum(case when place_of_key = 1 then events end) over session as events,
        sum(case when place_of_key = 1 then denied end) over session as denied,
        fits,
        event_id,
        event_time,
        caller,
        caller_kind,
        caller_role_key,
        caller_session_name,
        caller_created_key,
        row_number() over (
            partition by role_key, role_session_name, created_key
            order by fits desc, event_time asc, event_id asc
        ) as place
    from parts
    window session as (
        partition by role_key, role_session_name, created_key
    )

),

sessions as (

    select
        keys.role_key,
        keys.role_session_name,
        keys.created_key,
        keys.account_id,
        keys.source_identity,
        keys.first_seen,
        keys.last_seen,
        keys.events,
        keys.denied,
        keys.fits,
        keys.event_id,
        keys.event_time,
        keys.caller,
        keys.caller_kind,
        keys.caller_role_key,
        keys.caller_session_name,
        keys.caller_created_key
    from lake.session_keys as keys
    left join lake.multikey_sessions as several
        on
            keys.role_key = several.role_key
            and keys.role_session_name = several.role_session_name
            and keys.created_key = several.created_key
    where keys.role_key is not null and several.role_key is null

    union all

    select
        role_key,
        role_session_name,
        created_key,
        account_id,
        source_identity,
        first_seen,
        last_seen,
        cast(events as bigint) as events,
        cast(denied as bigint) as denied,
        fits,
        event_id,
        event_time,
        caller,
        caller_kind,
        caller_role_key,
        caller_session_name,
        caller_created_key
    from wholes
    where place = 1

)

select
    role_key,
    role_session_name,
    created_key,
    account_id,
    source_identity,
    first_seen,
    last_seen,
    events,
    denied,
    case when fits then event_id end as event_id,
    case when fits then event_time end as event_time,
    case when fits then caller end as caller,
    case when fits then caller_kind end as caller_kind,
    case when fits then caller_role_key end as caller_role_key,
    case when fits then caller_session_name end as caller_session_name,
    case when fits then caller_created_key end as caller_created_key
from sessions;

-- Which successful assumptions handed out no key by which a session is known? One row
-- each: no call with its key is logged, or the calls are not of the role assumed, or the
-- session has another key from an earlier one. fits is true of the last: such a one made no
-- session of its own that is known, but is no candidate for sessions whose keys do not tell.
create or replace view lake.spare_assumptions as
with

spare as (

    select
        keys.event_id,
        keys.event_time,
        keys.assumed_role_arn,
        keys.assumed_role_id,
        keys.assumed_session_name,
        keys.caller,
        keys.caller_kind,
        keys.caller_role_key,
        keys.caller_session_name,
        keys.caller_created_key,
        keys.granted_source_identity as source_identity,
        bool_or(keys.fits) as fits
    from lake.session_keys as keys
    left join lake.multikey_sessions as several
        on
            keys.role_key = several.role_key
            and keys.role_session_name = several.role_session_name
            and keys.created_key = several.created_key
    where
        keys.event_time is not null
        and (not keys.fits or several.role_key is not null)
    group by
        keys.event_id,
        keys.event_time,
        keys.assumed_role_arn,
        keys.assumed_role_id,
        keys.assumed_session_name,
        keys.caller,
        keys.caller_kind,
        keys.caller_role_key,
        keys.caller_session_name,
        keys.caller_created_key,
        keys.granted_source_identity

)

select spare.*
from spare
left join lake.called_sessions as called
    on spare.event_id = called.event_id
where called.event_id is null;

-- Which assumption made a session whose keys do not tell? One row per session and
-- assumption of the same role, session name and time, give or take the clocks' five
-- seconds; place is 1 for the nearest.
--
-- Consoles mint a key per request: there, name and creation time tell. Slots of
-- five seconds keep the join an equality, so that a busy session name is not
-- paired with every assumption of it.
create or replace view lake.keyless_sessions as
with

keyless as (

    select
        called.role_key,
        called.role_session_name,
        called.created_key,
        roles.role_id,
        roles.account_and_name,
        cast(floor(to_unixtime(called.created_key) / 5) as bigint) + slots.shift
            as slot
    from lake.called_sessions as called
    left join lake.acting_roles as roles on called.role_key = roles.role_key
    cross join (values (-1), (0), (1)) as slots (shift)
    where
        called.event_time is null
        and called.created_key > timestamp '1970-01-01 00:00:00.000000'

),

unclaimed as (

    select
        grants.*,
        nullif(split_part(grants.assumed_role_arn, ':', 5), '') || '/'
        || nullif(regexp_extract(grants.assumed_role_arn, '[^/]+$'), '')
            as account_and_name,
        cast(floor(to_unixtime(grants.event_time) / 5) as bigint) as slot
    from lake.spare_assumptions as grants
    where not grants.fits

),

near as (

    select
        keyless.role_key,
        keyless.role_session_name,
        keyless.created_key,
        unclaimed.event_id,
        unclaimed.event_time,
        unclaimed.caller,
        unclaimed.caller_kind,
        unclaimed.caller_role_key,
        unclaimed.caller_session_name,
        unclaimed.caller_created_key
    from keyless
    inner join unclaimed
        on
            keyless.role_id = unclaimed.assumed_role_id
            and keyless.role_session_name = unclaimed.assumed_session_name
            and keyless.slot = unclaimed.slot

    union all

    select
        keyless.role_key,
        keyless.role_session_name,
        keyless.created_key,
        unclaimed.event_id,
        unclaimed.event_time,
        unclaimed.caller,
        unclaimed.caller_kind,
        unclaimed.caller_role_key,
        unclaimed.caller_session_name,
        unclaimed.caller_created_key
    from keyless
    inner join unclaimed
        on
            keyless.account_and_name = unclaimed.account_and_name
            and keyless.role_session_name = unclaimed.assumed_session_name
            and keyless.slot = unclaimed.slot
    where unclaimed.assumed_role_id is null or keyless.role_id is null

)

select
    near.*,
    row_number() over (
        partition by role_key, role_session_name, created_key
        order by
            greatest(created_key, event_time)
            - least(created_key, event_time) asc,
            event_time asc,
            event_id asc
    ) as place
from near
where
    created_key >= event_time - interval '5' second
    and created_key <= event_time + interval '5' second;

-- Which sessions is there no call of? Assumptions without a logged call are sessions too
-- (design 9.24), those of one role, name and time the same one: one row each, with the
-- columns that view made_sessions has of sessions.
create or replace view lake.silent_sessions as
select
    role_key,
    assumed_role_id as role_id,
    assumed_role_arn as role_arn,
    nullif(regexp_extract(assumed_role_arn, '[^/]+$'), '') as role_name,
    nullif(split_part(assumed_role_arn, ':', 5), '') as account_id,
    assumed_session_name as role_session_name,
    timestamp '1970-01-01 00:00:00.000000' as created_key,
    event_time as session_created_at,
    cast(null as timestamp(6)) as first_seen,
    cast(null as timestamp(6)) as last_seen,
    0 as events,
    0 as denied,
    source_identity,
    event_id as assumption_event_id,
    event_time as assumed_at,
    caller,
    caller_kind,
    caller_role_key,
    caller_session_name,
    caller_created_key
from (

    select
        grants.*,
        coalesce(grants.assumed_role_id, grants.assumed_role_arn)
            as role_key,
        row_number() over (
            partition by
                coalesce(grants.assumed_role_id, grants.assumed_role_arn),
                grants.assumed_session_name,
                grants.event_time
            order by grants.event_id desc
        ) as place
    from lake.spare_assumptions as grants
    left join lake.keyless_sessions as keyless
        on grants.event_id = keyless.event_id and keyless.place = 1
    left join lake.called_sessions as called
        on
            coalesce(grants.assumed_role_id, grants.assumed_role_arn)
            = called.role_key
            and grants.assumed_session_name = called.role_session_name
            and grants.event_time = called.created_key
    where
        keyless.event_id is null
        and called.role_key is null
        and coalesce(grants.assumed_role_id, grants.assumed_role_arn)
        is not null

) as unmade
where place = 1;

-- The sessions of roles with the assumption that made each, its caller, and who is
-- behind it (origin) as far as the assumption or the role tells by itself. One row per
-- role, session name and creation time (design 9.5): a caller's session is found by
-- role_key, role_session_name and created_key.
create or replace view lake.made_sessions as
with

known as (

    select
        called.role_key,
        roles.role_id,
        roles.role_arn,
        roles.role_name,
        coalesce(roles.account_id, called.account_id) as account_id,
        called.role_session_name,
        called.created_key,
        nullif(called.created_key, timestamp '1970-01-01 00:00:00.000000')
            as session_created_at,
        called.first_seen,
        called.last_seen,
        called.events,
        called.denied,
        called.source_identity,
        coalesce(called.event_id, made.event_id) as assumption_event_id,
        coalesce(called.event_time, made.event_time) as assumed_at,
        coalesce(called.caller, made.caller) as caller,
        coalesce(called.caller_kind, made.caller_kind) as caller_kind,
        coalesce(called.caller_role_key, made.caller_role_key)
            as caller_role_key,
        coalesce(called.caller_session_name, made.caller_session_name)
            as caller_session_name,
        coalesce(called.caller_created_key, made.caller_created_key)
            as caller_created_key
    from lake.called_sessions as called
    left join lake.keyless_sessions as made
        on
            called.role_key = made.role_key
            and called.role_session_name = made.role_session_name
            and called.created_key = made.created_key
            and made.place = 1
    left join lake.acting_roles as roles on called.role_key = roles.role_key

),

sessions as (

    select * from known

    union all

    select * from lake.silent_sessions

)

-- Where no assumption is logged, or its caller unknown, some roles tell by
-- themselves who stands behind them.
select
    sessions.*,
    case
        when caller is not null then caller
        when role_arn like '%/AWSReservedSSO#_%' escape '#'
            then 'sso:' || role_session_name
        when strpos(role_arn, ':role/aws-service-role/') > 0
            then split_part(role_arn, '/', 3)
        when regexp_like(role_session_name, '^i-[0-9a-f]+$')
            then 'ec2.amazonaws.com'
    end as origin,
    case
        when caller is not null then caller_kind
        when role_arn like '%/AWSReservedSSO#_%' escape '#'
            then 'identity_center'
        when strpos(role_arn, ':role/aws-service-role/') > 0
            then 'service'
        when regexp_like(role_session_name, '^i-[0-9a-f]+$')
            then 'service'
    end as origin_kind
from sessions;

-- Which sessions of roles assumed roles? One row per session, as the assumptions know it: of
-- all of them, for there is no need to know which made a session.
create or replace view lake.calling_sessions as
select distinct
    caller_role_key,
    caller_session_name,
    caller_created_key
from lake.session_keys
where caller_role_key is not null;

-- Who was behind the sessions that made other sessions: the inner links of the chains,
-- from the direct caller five steps back, as far as the logs go (P6). A caller's session
-- always has a logged call, for its AssumeRole is one.
create or replace view lake.session_chains as
with

-- (A caller that is no role has no caller_role_key; a condition on one side alone
-- in a left join would make DuckDB compare every pair.)
links as (

    select
        made.role_key,
        made.role_session_name,
        made.created_key,
        made.caller_role_key,
        made.caller_session_name,
        made.caller_created_key,
        made.origin,
        made.origin_kind
    from lake.made_sessions as made
    inner join lake.calling_sessions as callers
        on
            made.role_key = callers.caller_role_key
            and made.role_session_name = callers.caller_session_name
            and made.created_key = callers.caller_created_key
    where made.first_seen is not null

)

select
    step1.role_key,
    step1.role_session_name,
    step1.created_key,
    coalesce(
        step5.origin, step4.origin, step3.origin, step2.origin, step1.origin
    ) as origin,
    case
        when step5.origin is not null then step5.origin_kind
        when step4.origin is not null then step4.origin_kind
        when step3.origin is not null then step3.origin_kind
        when step2.origin is not null then step2.origin_kind
        else step1.origin_kind
    end as origin_kind
from links as step1
left join links as step2
    on
        step1.caller_role_key = step2.role_key
        and step1.caller_session_name = step2.role_session_name
        and step1.caller_created_key = step2.created_key
left join links as step3
    on
        step2.caller_role_key = step3.role_key
        and step2.caller_session_name = step3.role_session_name
        and step2.caller_created_key = step3.created_key
left join links as step4
    on
        step3.caller_role_key = step4.role_key
        and step3.caller_session_name = step4.role_session_name
        and step3.caller_created_key = step4.created_key
left join links as step5
    on
        step4.caller_role_key = step5.role_key
        and step4.caller_session_name = step5.role_session_name
        and step4.caller_created_key = step5.created_key;

-- One row per session of a role: role, session name, creation time (design
-- 9.5), with the assumption that made it and the origin of its chain (P6). A
-- session of which no call is logged has the time of its assumption as creation
-- time and no first_seen. A record without a role id counts for the role that its
-- ARN stood for at the time.
create or replace view sessions as
select
    ---------- the session
    made.account_id,
    made.role_arn,
    made.role_name,
    made.role_id,
    made.role_session_name,
    made.session_created_at,
    ---------- its calls
    made.first_seen,
    made.last_seen,
    cast(made.events as bigint) as events,
    cast(made.denied as bigint) as denied,
    ---------- who is behind it
    made.assumption_event_id,
    made.assumed_at,
    made.caller,
    made.caller_kind,
    coalesce(chains.origin, made.origin) as origin,
    coalesce(
        case
            when chains.origin is not null then chains.origin_kind
            else made.origin_kind
        end,
        'unknown'
    ) as origin_kind,
    case when chains.origin is not null then made.caller end as via_role,
    made.source_identity
from lake.made_sessions as made
left join lake.session_chains as chains
    on
        made.caller_role_key = chains.role_key
        and made.caller_session_name = chains.role_session_name
        and made.caller_created_key = chains.created_key;

-- One row per event that changed what a role may do, who may become it, or that
-- it exists, whatever the outcome (design section 1).
create or replace view role_changes as
select
    event_time,
    event_id,
    recipient_account_id as account_id,
    aws_region,
    change,
    change_severity as severity,
    outcome,
    change_role_arns as role_arns,
    change_policy_arn as policy_arn,
    change_summary as summary,
    event_source,
    event_name,
    coalesce(role_arn, identity_arn, invoked_by) as actor,
    role_session_name as actor_session,
    source_ip_address,
    user_agent,
    error_code,
    error_message,
    request_parameters,
    response_elements,
    event_date
from events
-- (A comparison, as in assumption_records: DuckDB passes over row groups by it.)
where change >= '';

-- One row per role of the newest inventory of each account.
create or replace view roles as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    arn,
    role_id,
    roles.account_id,
    name,
    path,
    created_at,
    kind,
    privilege,
    privilege_path,
    max_session,
    boundary,
    attached_policies,
    unread_policies,
    tags,
    trust_policy,
    last_used,
    last_used_region,
    origin,
    snapshot_at,
    roles.snapshot_date
from lake.roles as roles
inner join newest
    on
        roles.account_id = newest.account_id
        and roles.snapshot_date = newest.snapshot_date;

-- One row per role and action that its policies grant, by the newest inventory of
-- each account.
create or replace view role_permissions as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    inventory.account_id,
    role_arn,
    role_id,
    action,
    effect,
    is_pattern,
    via,
    resources,
    granted_at,
    snapshot_at,
    inventory.snapshot_date
from lake.role_permissions as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;

-- One row per role, statement of its trust policy and principal in it, by the newest
-- inventory of each account.
create or replace view role_trust as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    inventory.account_id,
    role_arn,
    role_id,
    statement,
    sid,
    effect,
    principal_type,
    principal,
    negated,
    principal_kind,
    principal_account,
    principal_key,
    actions,
    conditions,
    snapshot_at,
    inventory.snapshot_date
from lake.role_trust as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;

-- One row per role, statement of its trust policy, operator and key of its
-- conditions, by the newest inventory of each account.
create or replace view role_trust_conditions as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    inventory.account_id,
    role_arn,
    role_id,
    statement,
    key,
    operator,
    quantifier,
    if_exists,
    negated,
    pattern,
    exact,
    condition_values,
    snapshot_at,
    inventory.snapshot_date
from lake.role_trust_conditions as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;

-- One row per policy document of the newest inventory of each account.
create or replace view policies as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.roles
    group by account_id

)

select
    inventory.account_id,
    policy_arn,
    name,
    kind,
    role_arn,
    version_id,
    created_at,
    document,
    snapshot_at,
    inventory.snapshot_date
from lake.policies as inventory
inner join newest
    on
        inventory.account_id = newest.account_id
        and inventory.snapshot_date = newest.snapshot_date;

-- One row per trail, category and resource type that one of its selectors asks for,
-- by the newest snapshot of each account that owns trails.
create or replace view trails as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.trails
    group by account_id

)

select
    snapshots.account_id,
    trail_arn,
    is_organization,
    is_multi_region,
    home_region,
    is_described,
    category,
    resource_type,
    logs_reads,
    logs_writes,
    is_narrowed,
    excluded_services,
    snapshot_at,
    snapshots.snapshot_date
from lake.trails as snapshots
inner join newest
    on
        snapshots.account_id = newest.account_id
        and snapshots.snapshot_date = newest.snapshot_date;

-- One row per source object, account, Region, log family and event day. A crash
-- can leave a row twice in the files; here it stands once. So does what two
-- objects of the same contents hold of a family whose records the lake does not
-- keep: one of them was copied or moved and read again. (Who asks for days and times alone
-- reads lake.coverage, to which a row twice is a row: to tell copies is to sort them all.)
create or replace view coverage as
with

numbered as (

    select
        *,
        row_number() over (
            partition by
                account_id,
                aws_region,
                family,
                event_date,
                records,
                events,
                first_event,
                last_event,
                fingerprint,
                case when fingerprint is null then source_object end
            order by source_object asc nulls last
        ) as copy_number
    from lake.coverage

)

select
    source_object,
    account_id,
    aws_region,
    family,
    event_date,
    records,
    events,
    first_event,
    last_event
from numbered
where copy_number = 1;

-- One row per IAM action of the catalogue: what access it gives, and whether
-- CloudTrail shows a call of it.
create or replace view actions as
select
    action,
    service,
    name,
    access_level,
    resource_types,
    observability,
    data_type,
    catalogue_date,
    source
from lake.actions;

-- One row per operation of AWS's API, with the actions a call of it may be
-- authorised by. Only a refreshed catalogue has any.
create or replace view operations as
select
    service,
    operation,
    primary_action,
    possible_actions
from lake.operations;

-- Which events show an action? One row per action of the catalogue: management
-- events, or the type of data events (null if no trail can be told to log them),
-- and whether CloudTrail calls them reads or writes.
--
-- AWS calls AssumeRole (P29), Decrypt, Encrypt and GenerateDataKey reads, and IAM
-- calls them writes: of kms and sts, and where IAM says nothing, both are asked for.
create or replace view lake.action_kinds as
select
    action,
    split_part(action, ':', 1) as service,
    access_level,
    observability,
    data_type,
    case
        when observability = 'data' then data_type
        else 'management events'
    end as events,
    coalesce(
        access_level in ('read', 'list')
        or split_part(action, ':', 1) in ('kms', 'sts'),
        true
    ) as asks_reads,
    coalesce(access_level not in ('read', 'list'), true) as asks_writes
from lake.actions;

-- Calls that are named by one action and needed another one for certain, which stands among
-- the possible ones of their events: a copy in S3 reads and writes, a ReEncrypt of KMS needs
-- both its halves. These are the lines of iam/action/renames.txt that use several actions.
create or replace view lake.needed_together as
select
    action,
    also
from (
    values
    ('apigateway:POST', 'apigateway:CreateAccessAssociation'),
    ('cloudfront:UpdateDistribution', 'cloudfront:UpdateDistributionWithStagingConfig'),
    ('glue:GetPartition', 'glue:GetColumnStatisticsForPartition'),
    ('glue:GetTable', 'glue:GetColumnStatisticsForTable'),
    ('glue:UpdatePartition', 'glue:DeleteColumnStatisticsForPartition'),
    ('glue:UpdatePartition', 'glue:UpdateColumnStatisticsForPartition'),
    ('glue:UpdateTable', 'glue:CreatePartitionIndex'),
    ('glue:UpdateTable', 'glue:DeleteColumnStatisticsForTable'),
    ('glue:UpdateTable', 'glue:DeletePartitionIndex'),
    ('glue:UpdateTable', 'glue:UpdateColumnStatisticsForTable'),
    ('kafka-cluster:AlterTopic', 'kafka:UpdateTopic'),
    ('kafka-cluster:CreateTopic', 'kafka:CreateTopic'),
    ('kafka-cluster:DeleteTopic', 'kafka:DeleteTopic'),
    ('kafka-cluster:DescribeTopic', 'kafka:DescribeTopic'),
    ('kafka-cluster:DescribeTopic', 'kafka:DescribeTopicPartitions'),
    ('kafka-cluster:DescribeTopic', 'kafka:ListTopics'),
    ('kms:ReEncryptFrom', 'kms:ReEncryptTo'),
    ('lex:CreateResourcePolicy', 'lex:CreateResourcePolicyStatement'),
    ('lex:DeleteResourcePolicy', 'lex:DeleteResourcePolicyStatement'),
    ('mediapackage:UpdateChannel', 'mediapackage:ConfigureLogs'),
    ('partnercentral:ListOpportunityFromEngagementTasks', 'partnercentral:ListEngagementFromOpportunityTasks'),
    ('s3:GetObject', 's3:GetObjectAttributes'),
    ('s3:GetObject', 's3:GetObjectTorrent'),
    ('s3:GetObject', 's3:PutObject'),
    ('sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'),
    ('timestream:Select', 'timestream:PrepareQuery')
) as pairs (action, also);

-- Services that are the same in all Regions, and where their calls are logged (P30). Other
-- partitions have one Region for all of them. STS has endpoints in every Region besides.
create or replace view lake.global_services as
select
    service,
    home_region,
    is_regional_too
from (
    values
    ('account', 'us-east-1', false),
    ('budgets', 'us-east-1', false),
    ('ce', 'us-east-1', false),
    ('cloudfront', 'us-east-1', false),
    ('devicefarm', 'us-west-2', false),
    ('globalaccelerator', 'us-west-2', false),
    ('health', 'us-east-1', false),
    ('iam', 'us-east-1', false),
    ('networkmanager', 'us-west-2', false),
    ('organizations', 'us-east-1', false),
    ('route53', 'us-east-1', false),
    ('route53domains', 'us-east-1', false),
    ('shield', 'us-east-1', false),
    ('sts', 'us-east-1', true),
    ('support', 'us-east-1', false),
    ('waf', 'us-east-1', false)
) as services (service, home_region, is_regional_too);

-- The session tags and the source identity that a role gave a session when it obtained
-- it. Each needs an action besides AssumeRole, which has no call of its own. role_arn is
-- filled where the event does not give the role's id.
create or replace view lake.session_attributes as
select
    event_id,
    event_time,
    role_id,
    case when role_id is null then role_arn end as role_arn,
    'sts:TagSession' as action,
    event_date
from lake.events
where
    -- Greater than the empty list are those that are not empty. Comparisons let DuckDB
    -- pass over the row groups that have none.
    assumed_session_tags > '[]'
    and caller_kind >= ''
    and outcome <> 'denied'
    and (role_id is not null or role_arn is not null)

union all

select
    event_id,
    event_time,
    role_id,
    case when role_id is null then role_arn end as role_arn,
    'sts:SetSourceIdentity' as action,
    event_date
from lake.events
where
    assumed_source_identity > ''
    and caller_kind >= ''
    and outcome <> 'denied'
    and (role_id is not null or role_arn is not null);

-- Which trails log an account? One row per account of the inventory and trail that
-- is known: one of its own, or an organisation's (P28). Accounts with the same
-- trails have the same text in trails.
create or replace view lake.account_trails as
with

-- (Not by way of the view trails: within this schema the name is the table's.)
newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.trails
    group by account_id

),

owned as (

    select distinct
        trails.account_id,
        trails.trail_arn,
        trails.is_organization,
        trails.snapshot_date
    from lake.trails as trails
    inner join newest
        on
            trails.account_id = newest.account_id
            and trails.snapshot_date = newest.snapshot_date

),

covering as (

    select distinct
        accounts.account_id,
        owned.trail_arn,
        owned.snapshot_date
    from (select distinct account_id from lake.roles) as accounts
    inner join owned
        on accounts.account_id = owned.account_id or owned.is_organization

),

sets as (

    select
        account_id,
        array_join(array_agg(trail_arn order by trail_arn asc), ' ') as trails
    from covering
    group by account_id

)

select
    covering.account_id,
    covering.trail_arn,
    covering.snapshot_date,
    sets.trails
from covering
inner join sets on covering.account_id = sets.account_id;

-- Would the logs show a granted action? One row per set of trails that log the same
-- accounts (as view account_trails has them) and kind of action: service, events,
-- and whether it asks for reads and for writes. Of the snapshots of a trail the
-- newest counts.
create or replace view lake.logging as
with

newest as (

    select
        account_id,
        max(snapshot_date) as snapshot_date
    from lake.trails
    group by account_id

),

selectors as (

    select
        trails.*,
        split_part(trails.trail_arn, '/', 2) as trail_name,
        case
            when trails.category = 'Management' then 'management events'
            when trails.category = 'Data' then trails.resource_type
        end as events,
        case
            when trails.logs_reads and trails.logs_writes then 'events'
            when trails.logs_reads then 'reads'
            else 'writes'
        end as logs
    from lake.trails as trails
    inner join newest
        on
            trails.account_id = newest.account_id
            and trails.snapshot_date = newest.snapshot_date

),

-- An action that the catalogue does not know may be any management event.
kinds as (

    select
        service,
        events,
        asks_reads,
        asks_writes
    from lake.action_kinds
    where events is not null

    union

    select
        split_part(action, ':', 1) as service,
        'management events' as events,
        true as asks_reads,
        true as asks_writes
    from lake.role_permissions

),

-- The first thing that each selector lacks; 1 is nothing.
lacks as (

    select
        kinds.service,
        kinds.events,
        kinds.asks_reads,
        kinds.asks_writes,
        selectors.trail_arn,
        selectors.trail_name,
        selectors.home_region,
        selectors.snapshot_date,
        selectors.logs,
        case
            when
                coalesce(
                    contains(selectors.excluded_services, kinds.service), false
                )
                then 7
            when kinds.asks_reads and not selectors.logs_reads then 6
            when kinds.asks_writes and not selectors.logs_writes then 5
            when selectors.is_narrowed then 4
            when not selectors.is_multi_region then 3
            when
                selectors.category = 'Data'
                and selectors.is_multi_region is null
                then 2
            else 1
        end as lack
    from kinds
    inner join selectors on kinds.events = selectors.events

),

sets as (

    select distinct
        trails,
        trail_arn
    from lake.account_trails

),

best as (

    select
        sets.trails,
        lacks.*,
        row_number() over (
            partition by
                sets.trails,
                lacks.service,
                lacks.events,
                lacks.asks_reads,
                lacks.asks_writes
            order by lacks.lack asc, lacks.trail_arn asc, lacks.logs asc
        ) as place
    from sets
    inner join lacks on sets.trail_arn = lacks.trail_arn

),

known as (

    select
        trails,
        max(snapshot_date) as snapshot_date
    from lake.account_trails
    group by trails

)

select
    known.trails,
    kinds.service,
    kinds.events,
    kinds.asks_reads,
    kinds.asks_writes,
    case
        when best.lack = 1 then 'all'
        when best.lack = 3 and kinds.events = 'management events'
            then 'one_region'
        else 'no'
    end as extent,
    case best.lack
        when 1
            then
                'trail ' || best.trail_name || ' logs all ' || best.logs
                || ' of ' || kinds.events
        when 2
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ', but of which Regions only describe-trails says'
        when 3
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' of ' || coalesce(best.home_region, 'one Region') || ' alone'
        when 4
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' in part'
        when 5
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' without writes'
        when 6
            then
                'trail ' || best.trail_name || ' logs ' || kinds.events
                || ' without reads'
        when 7
            then
                'trail ' || best.trail_name || ' leaves out ' || kinds.service
        else 'no known trail logs ' || kinds.events
    end
    || ', as of '
    || cast(coalesce(best.snapshot_date, known.snapshot_date) as varchar)
        as reason
from known
cross join kinds
left join best
    on
        known.trails = best.trails
        and kinds.service = best.service
        and kinds.events = best.events
        and kinds.asks_reads = best.asks_reads
        and kinds.asks_writes = best.asks_writes
        and best.place = 1;
