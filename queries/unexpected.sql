-- Who became which role, and should not have? One row per role, caller and role
-- that made the last step, and one per trusted principal that never came (design
-- 3, 7, 9.6 to 9.10, 9.18 to 9.20; docs/semantics.md, section Trust).
with

-- As long as the type of one parameter is unknown, DuckDB does not plan the
-- statement before it has the values: so it plans it once.
given as (

    select ? as since

),

params as (

    select
        cast(given.since as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role,
        cast(? as date) as inventory_date,
        cast(? as varchar) as findings,
        cast(? as boolean) as show_all,
        cast(? as double) as thin_share,
        cast(? as date) as first_day,
        cast(? as date) as last_day,
        cast(? as bigint) as window_days
    from given

),

---------- the inventory: per account one snapshot

snapshot_roles as (

    select inventory.*
    from lake.inventory as inventory
    cross join params
    where
        (
            params.inventory_date is null
            or inventory.snapshot_date <= params.inventory_date
        )
        and (
            inventory.replaced_on is null
            or inventory.replaced_on > params.inventory_date
        )

),

inventory as (

    select
        role_key,
        max(role_id) as role_id,
        bool_or(has_namesakes) as has_namesakes,
        max(arn) as arn,
        max(account_id) as account_id,
        max(name) as name,
        max(kind) as kind,
        max(created_at) as created_at
    from snapshot_roles
    group by role_key

),

trust as (

    select
        snapshot_roles.role_key,
        role_trust.statement,
        role_trust.effect,
        role_trust.negated,
        role_trust.principal,
        role_trust.principal_kind,
        role_trust.principal_account,
        role_trust.principal_key,
        role_trust.principal_kind in ('service', 'oidc', 'saml')
            as is_federated,
        role_trust.actions
    from lake.role_trust as role_trust
    inner join snapshot_roles
        on
            role_trust.account_id = snapshot_roles.account_id
            and role_trust.snapshot_date = snapshot_roles.snapshot_date
            and role_trust.role_arn = snapshot_roles.arn

),

conditions as (

    select
        snapshot_roles.role_key,
        asked.statement,
        asked.key,
        asked.operator,
        asked.quantifier,
        asked.if_exists,
        asked.negated,
        asked.pattern,
        asked.exact,
        case
            when regexp_like(asked.key, '\A[^:]*[.][^:]*:[^:]*\z')
                then split_part(asked.key, ':', 1)
        end as provider,
        split_part(asked.key, ':', 2) as claim
    from lake.role_trust_conditions as asked
    inner join snapshot_roles
        on
            asked.account_id = snapshot_roles.account_id
            and asked.snapshot_date = snapshot_roles.snapshot_date
            and asked.role_arn = snapshot_roles.arn

),

-- What a role asks of an event, by the conditions of its trust policy, and of a caller,
-- by the principals. What they do not ask is left out of what tells two calls apart.
asks as (

    select
        role_key,
        bool_or(is_principal) as has_trust,
        bool_or(coalesce(principal_kind = 'session', false)) as session_arns,
        bool_or(coalesce(principal_kind = 'dangling', false)) as ids,
        bool_or(coalesce(key = 'sts:externalid', false)) as external_id,
        bool_or(coalesce(key = 'sts:rolesessionname', false)) as session_name,
        bool_or(coalesce(key = 'sts:sourceidentity', false)) as source_identity,
        bool_or(coalesce(key like 'aws:requesttag/%', false)) as tags,
        bool_or(coalesce(key = 'aws:multifactorauthpresent', false)) as mfa,
        bool_or(coalesce(key = 'aws:sourceip', false)) as source_ip,
        bool_or(coalesce(claim = 'aud', false)) as audience,
        bool_or(coalesce(claim = 'sub', false)) as subject,
        bool_or(
            coalesce(
                key in ('sts:externalid', 'sts:sourceidentity')
                or key like 'aws:requesttag/%',
                false
            )
        ) as parameters
    from (
        select
            role_key,
            false as is_principal,
            cast(null as varchar) as principal_kind,
            key,
            claim
        from conditions

        union all

        select
            role_key,
            true as is_principal,
            principal_kind,
            cast(null as varchar) as key,
            cast(null as varchar) as claim
        from trust
    ) as asked
    group by role_key

),

---------- who stands at the start of a chain: of each session of a role that made
---------- assumptions, who made it, and who made that (P6, design 9.6)

-- (Each question about the assumptions reads the few columns that it needs: all that is
-- asked of them, kept for all of these, would be more than the lake has of them.)
--
-- Assumptions alone tell it, which are few: the key that a session was handed signs
-- its own calls of AssumeRole too. (View sessions asks all calls.)
keys as (

    select
        caller_session as session,
        caller_access_key_id as access_key_id,
        max(caller_role_key) as role_key,
        max(caller_session_name) as session_name,
        max(caller_role_arn) as role_arn,
        max(
            split_part(caller_role_arn, ':', 5) || '/'
            || regexp_extract(caller_role_arn, '[^/]+$')
        ) as role_name,
        max(caller_created_at) as created_at,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from lake.assumption_steps
    where caller_kind = 'role' and caller_session is not null
    group by caller_session, caller_access_key_id

),

-- AWS makes every key once, but copied examples repeat them: role and time must
-- agree, as in view sessions. (What is read comes first in a join: what follows a
-- CTE there, DuckDB reads with all its columns.)
by_key as (

    select
        keys.session,
        grants.event_id,
        grants.caller,
        grants.caller_kind,
        grants.caller_session,
        row_number() over (
            partition by keys.session
            order by grants.event_time asc, grants.event_id asc
        ) as place
    from lake.assumption_steps as grants
    inner join keys on grants.target_key_id = keys.access_key_id
    where
        grants.outcome = 'success'
        and (
            keys.role_key = grants.target_key
            or keys.role_name
            = split_part(grants.target_arn, ':', 5) || '/'
            || regexp_extract(grants.target_arn, '[^/]+$')
        )
        and keys.first_seen >= grants.event_time - interval '5' second
        and keys.last_seen
        <= grants.event_time + interval '12' hour + interval '5' second

),

stepped as (

    select
        session,
        max(role_key) as role_key,
        max(session_name) as session_name,
        max(role_arn) as role_arn,
        max(created_at) as created_at
    from keys
    group by session

),

-- Consoles mint a key per request: there, name and creation time tell. Slots of
-- five seconds keep the join an equality.
slotted as (

    select
        stepped.session,
        stepped.role_key,
        stepped.session_name,
        stepped.created_at,
        cast(floor(to_unixtime(stepped.created_at) / 5) as bigint)
        + slots.shift as slot
    from stepped
    left join by_key on stepped.session = by_key.session
    cross join (values (-1), (0), (1)) as slots (shift)
    where by_key.session is null and stepped.created_at is not null

),

by_time as (

    select
        slotted.session,
        grants.caller,
        grants.caller_kind,
        grants.caller_session,
        row_number() over (
            partition by slotted.session
            order by
                greatest(slotted.created_at, grants.event_time)
                - least(slotted.created_at, grants.event_time) asc,
                grants.event_time asc,
                grants.event_id asc
        ) as place
    from lake.assumption_steps as grants
    inner join slotted
        on
            grants.target_key = slotted.role_key
            and grants.target_session = slotted.session_name
            and cast(floor(to_unixtime(grants.event_time) / 5) as bigint)
            = slotted.slot
    left join by_key on grants.event_id = by_key.event_id
    where
        grants.outcome = 'success'
        and by_key.event_id is null
        and slotted.created_at >= grants.event_time - interval '5' second
        and slotted.created_at <= grants.event_time + interval '5' second

),

made as (

    select
        session,
        caller,
        caller_kind,
        caller_session
    from by_key
    where place = 1

    union all

    select
        session,
        caller,
        caller_kind,
        caller_session
    from by_time
    where place = 1

),

-- Where no assumption is logged, or its caller unknown, some roles tell by
-- themselves who stands behind them.
links as (

    select
        stepped.session,
        made.caller_session,
        case
            when made.caller is not null then made.caller
            when stepped.role_arn like '%/AWSReservedSSO#_%' escape '#'
                then 'sso:' || stepped.session_name
            when strpos(stepped.role_arn, ':role/aws-service-role/') > 0
                then split_part(stepped.role_arn, '/', 3)
            when regexp_like(stepped.session_name, '^i-[0-9a-f]+$')
                then 'ec2.amazonaws.com'
        end as origin,
        case
            when made.caller is not null then made.caller_kind
            when stepped.role_arn like '%/AWSReservedSSO#_%' escape '#'
                then 'identity_center'
            else 'service'
        end as origin_kind
    from stepped
    left join made on stepped.session = made.session

),

-- Those that made others of these.
inner_links as (

    select links.*
    from links
    inner join (
        select distinct caller_session
        from links
        where caller_session is not null
    ) as callers
        on links.session = callers.caller_session

),

-- From the session's maker five steps back, as far as the logs go.
origins as (

    select
        step1.session,
        coalesce(
            step6.origin,
            step5.origin,
            step4.origin,
            step3.origin,
            step2.origin,
            step1.origin
        ) as origin,
        case
            when step6.origin is not null then step6.origin_kind
            when step5.origin is not null then step5.origin_kind
            when step4.origin is not null then step4.origin_kind
            when step3.origin is not null then step3.origin_kind
            when step2.origin is not null then step2.origin_kind
            else step1.origin_kind
        end as origin_kind
    from links as step1
    left join inner_links as step2 on step1.caller_session = step2.session
    left join inner_links as step3 on step2.caller_session = step3.session
    left join inner_links as step4 on step3.caller_session = step4.session
    left join inner_links as step5 on step4.caller_session = step5.session
    left join inner_links as step6 on step5.caller_session = step6.session
    where
        coalesce(
            step6.origin,
            step5.origin,
            step4.origin,
            step3.origin,
            step2.origin,
            step1.origin
        ) is not null

),

---------- the assumptions up to the end of the window

-- The calls as the trust policies see them: what is not asked is null.
seen as (

    select
        steps.event_time,
        -- Of events the newest is the greatest of these, and of those of one time the one
        -- with the greatest id: µs since the year 1, in 20 digits.
        lpad(
            cast(
                cast(
                    floor(to_unixtime(steps.event_time) * 1000000 + 0.5)
                    as bigint
                ) + 62135596800000000 as varchar
            ),
            20,
            '0'
        ) || coalesce(steps.event_id, '') as event_order,
        case
            when
                steps.event_time >= params.until
                or steps.outcome not in ('success', 'denied')
                or steps.target_key is null
                then 4
            else
                case when steps.event_time >= params.since then 0 else 2 end
                + case when steps.outcome = 'success' then 0 else 1 end
        end as turn,
        steps.target_key as role_key,
        steps.target_arn as role_arn,
        steps.event_name,
        steps.caller,
        steps.caller_kind,
        steps.network,
        steps.is_long_term,
        steps.external_id is not null as has_external_id,
        case
            when
                -- The record of the account entered has the role itself as its
                -- identity.
                steps.event_name <> 'SwitchRole'
                and (
                    asks.ids
                    or steps.caller is null
                    or steps.caller_kind = 'account'
                )
                and steps.caller_kind in ('user', 'role', 'root', 'account')
                then steps.caller_principal_id
        end as principal_id,
        case
            when asks.session_arns and steps.event_name <> 'SwitchRole'
                then steps.caller_session_arn
        end as session_arn,
        steps.caller_provider as provider,
        ---------- what conditions ask
        -- (There is a list of tags wherever the record shows the parameters.)
        coalesce(asks.parameters, false)
        and steps.target_session_tags is not null as has_parameters,
        case when asks.external_id then steps.external_id end as external_id,
        case when asks.session_name then steps.target_session end
            as session_name,
        case when asks.source_identity then steps.target_source_identity end
            as source_identity,
        case when asks.tags then steps.target_session_tags end
            as session_tags,
        case
            when not coalesce(asks.mfa, false) then null
            when steps.mfa_authenticated then 'true'
            when not steps.mfa_authenticated then 'false'
            when
                steps.is_long_term
                or steps.event_name like 'AssumeRoleWith%'
                then 'absent'
        end as mfa,
        case
            when
                asks.source_ip
                and regexp_like(
                    lower(steps.address),
                    '^([0-9]+[.][0-9]+[.][0-9]+[.][0-9]+|[0-9a-f:]*:[0-9a-f:.]*)$'
                )
                then lower(steps.address)
        end as source_ip,
        case when asks.audience then steps.caller_audience end as audience,
        case when asks.subject then steps.caller_subject end as subject,
        steps.caller_session
    from lake.assumption_steps as steps
    cross join params
    left join asks on steps.target_key = asks.role_key

),

-- Those that differ in nothing that counts, together. What is judged of a
-- caller is what succeeded in the window (turn 0), else what was denied there (1),
-- else what was before it (2 and 3); what does not count (4) goes last, because a
-- filter of calls misleads DuckDB about how many there are to join.
visits as (

    select
        role_key,
        turn,
        event_name,
        caller,
        caller_kind,
        origins.origin as chain_origin,
        origins.origin_kind as chain_kind,
        network,
        is_long_term,
        has_external_id,
        principal_id,
        session_arn,
        provider,
        has_parameters,
        external_id,
        session_name,
        source_identity,
        session_tags,
        mfa,
        source_ip,
        audience,
        subject,
        max(role_arn) as role_arn,
        count(*) as times,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        max(event_order) as last_order
    from seen
    left join origins on seen.caller_session = origins.session
    group by
        role_key,
        turn,
        event_name,
        caller,
        caller_kind,
        origins.origin,
        origins.origin_kind,
        network,
        is_long_term,
        has_external_id,
        principal_id,
        session_arn,
        provider,
        has_parameters,
        external_id,
        session_name,
        source_identity,
        session_tags,
        mfa,
        source_ip,
        audience,
        subject
    having max(turn) < 4

),

-- With the row of the report that they count for, and with one key for all that
-- trust may ask of a call. Lengths keep the parts of the key apart, whatever they
-- hold.
counted as (

    select
        visits.*,
        coalesce(chain_origin, caller) as origin,
        case when chain_origin is null then caller_kind else chain_kind end
            as origin_kind,
        case when chain_origin is not null then caller end as via_role,
        case
            when caller_kind in ('user', 'role', 'root')
                then nullif(split_part(caller, ':', 5), '')
            when caller_kind = 'account'
                then nullif(split_part(caller, ':', 1), '')
        end as caller_account,
        event_name
        || case when has_parameters then ' full' else ' bare' end
        || coalesce(' k' || caller_kind, '')
        || coalesce(' m' || mfa, '')
        || coalesce(' c' || cast(length(caller) as varchar) || ' ' || caller, '')
        || coalesce(
            ' i' || cast(length(principal_id) as varchar) || ' '
            || principal_id,
            ''
        )
        || coalesce(
            ' s' || cast(length(session_arn) as varchar) || ' ' || session_arn,
            ''
        )
        || coalesce(
            ' p' || cast(length(provider) as varchar) || ' ' || provider, ''
        )
        || coalesce(
            ' e' || cast(length(external_id) as varchar) || ' ' || external_id,
            ''
        )
        || coalesce(
            ' n' || cast(length(session_name) as varchar) || ' '
            || session_name,
            ''
        )
        || coalesce(
            ' d' || cast(length(source_identity) as varchar) || ' '
            || source_identity,
            ''
        )
        || coalesce(
            ' t' || cast(length(session_tags) as varchar) || ' '
            || session_tags,
            ''
        )
        || coalesce(' r' || source_ip, '')
        || coalesce(
            ' u' || cast(length(audience) as varchar) || ' ' || audience, ''
        )
        || coalesce(
            ' b' || cast(length(subject) as varchar) || ' ' || subject, ''
        ) as call_key
    from visits

),

calls as (

    select
        role_key,
        call_key,
        case max(event_name)
            when 'SwitchRole' then 'sts:AssumeRole'
            else 'sts:' || max(event_name)
        end as action,
        max(event_name) = 'SwitchRole' as is_switch,
        max(caller) as caller,
        coalesce(max(caller_kind), 'unknown') as caller_kind,
        max(caller_account) as caller_account,
        max(principal_id) as principal_id,
        max(session_arn) as session_arn,
        max(provider) as provider,
        bool_or(has_parameters) as has_parameters,
        max(external_id) as external_id,
        max(session_name) as session_name,
        max(source_identity) as source_identity,
        max(session_tags) as session_tags,
        max(mfa) as mfa,
        max(source_ip) as source_ip,
        max(audience) as audience,
        max(subject) as subject,
        coalesce(
            max(caller_kind) in (
                'service', 'web_identity', 'saml', 'identity_center'
            ),
            false
        ) as is_federated,
        coalesce(
            max(caller_kind) in ('user', 'role', 'root')
            and max(caller) is not null,
            false
        ) as has_arn,
        -- Trust policies and events write a service with its Region or without.
        case
            when regexp_like(
                lower(max(caller)), '\.amazonaws\.com(\.cn)?\z'
            )
                then
                    regexp_extract(
                        lower(max(caller)),
                        '\A([\s\S]*?)(\.[a-z]{2}(-[a-z]+)+-[0-9]+)?\.amazonaws\.com(\.cn)?\z',
                        1
                    ) || '.amazonaws.com'
            else lower(max(caller))
        end as service
    from counted
    group by role_key, call_key

),

---------- how the principals name the callers: 3 alone, 2 as one of many, 1 maybe

namings as (

    select
        calls.role_key,
        calls.call_key,
        trust.statement,
        trust.effect,
        trust.negated,
        trust.principal,
        trust.principal_kind,
        case
            when trust.principal_kind = 'anyone' then 2
            when trust.principal_kind = 'unknown' then 1
            when
                calls.caller_kind = 'unknown'
                and (trust.is_federated or calls.caller_account is null)
                then 1
            when calls.is_federated <> trust.is_federated then 0

            when trust.principal_kind = 'service'
                then
                    case
                        when calls.caller_kind <> 'service' then 0
                        when coalesce(strpos(calls.caller, '.'), 0) = 0 then 1
                        when calls.service = trust.principal_key then 3
                        else 0
                    end
            when trust.principal_kind = 'oidc'
                then
                    case
                        when calls.caller_kind <> 'web_identity' then 0
                        when calls.provider is null then 1
                        when 'oidc:' || calls.provider = trust.principal_key
                            then 2
                        else 0
                    end
            when trust.principal_kind = 'saml'
                then
                    case
                        when
                            calls.caller_kind not in ('saml', 'identity_center')
                            then 0
                        when 'saml:' || calls.provider = trust.principal_key
                            then 3
                        when calls.provider is not null then 0
                        when calls.caller_kind = 'saml' then 1
                        when starts_with(trust.principal_key, 'saml:AWSSSO_')
                            then 3
                        else 0
                    end

            when trust.principal_kind = 'dangling'
                then
                    case
                        when calls.principal_id is null then 1
                        when calls.principal_id = trust.principal_key then 3
                        else 0
                    end
            when calls.caller_account is null then 1
            when calls.caller_account <> trust.principal_account then 0
            when trust.principal_kind = 'account' then 2
            when trust.principal_kind = 'session' and calls.session_arn is not null
                then
                    case
                        when calls.session_arn = trust.principal_key then 3
                        else 0
                    end
            -- Of the others' principals the id tells a user from a role.
            when not calls.has_arn
                then
                    case
                        when
                            trust.principal_kind <> 'user'
                            and calls.principal_id like 'AIDA%'
                            then 0
                        when
                            trust.principal_kind = 'user'
                            and regexp_like(
                                calls.principal_id, '^AROA[A-Z0-9]{12,124}$'
                            )
                            then 0
                        else 1
                    end
            when trust.principal_kind = 'session'
                then
                    case
                        when
                            calls.caller_kind = 'role'
                            and regexp_extract(calls.caller, '[^/]*$')
                            = split_part(trust.principal_key, '/', 2)
                            then 1
                        else 0
                    end
            when
                trust.principal_kind = calls.caller_kind
                and regexp_extract(calls.caller, '[^/]*$')
                = regexp_extract(trust.principal_key, '[^/]*$')
                then 3
            else 0
        end as naming
    from calls
    inner join trust on calls.role_key = trust.role_key
    where contains(trust.actions, calls.action)

),

-- NotPrincipal is one statement about all but its principals. Whether one of an
-- account is excepted with the account is left open.
statements as (

    select
        role_key,
        call_key,
        statement,
        effect,
        principal_kind,
        false as negated,
        max(naming) as naming
    from namings
    where not negated and naming > 0
    group by role_key, call_key, statement, effect, principal_kind

    union all

    select
        role_key,
        call_key,
        statement,
        effect,
        'anyone' as principal_kind,
        true as negated,
        case when max(naming) > 0 then 1 else 2 end as naming
    from namings
    where negated
    group by role_key, call_key, statement, effect
    having
        max(naming) < 3
        and not bool_or(principal_kind = 'anyone')

),

---------- what the events show of the conditions

tagged as (

    select
        calls.role_key,
        calls.call_key,
        conditions.key,
        max(
            json_extract_scalar(
                calls.session_tags,
                '$[' || cast(tags.number as varchar) || '].value'
            )
        ) as tag
    from calls
    inner join conditions on calls.role_key = conditions.role_key
    cross join (
        values
        (0), (1), (2), (3), (4), (5), (6), (7), (8), (9),
        (10), (11), (12), (13), (14), (15), (16), (17), (18), (19),
        (20), (21), (22), (23), (24), (25), (26), (27), (28), (29),
        (30), (31), (32), (33), (34), (35), (36), (37), (38), (39),
        (40), (41), (42), (43), (44), (45), (46), (47), (48), (49)
    ) as tags (number)
    where
        conditions.key like 'aws:requesttag/%'
        and calls.session_tags is not null
        and 'aws:requesttag/' || lower(
            json_extract_scalar(
                calls.session_tags,
                '$[' || cast(tags.number as varchar) || '].key'
            )
        ) = conditions.key
    group by calls.role_key, calls.call_key, conditions.key

),

-- A value is text when the key is shown, and null otherwise; is_absent says that
-- the request did not have it.
shown as (

    select
        calls.role_key,
        calls.call_key,
        conditions.statement,
        conditions.key,
        conditions.operator,
        conditions.quantifier,
        conditions.if_exists,
        conditions.negated,
        conditions.pattern,
        conditions.exact,
        conditions.provider is not null as is_oidc,
        conditions.claim,
        case
            when conditions.key = 'sts:externalid' then calls.external_id
            when conditions.key = 'sts:rolesessionname'
                then calls.session_name
            when conditions.key = 'sts:sourceidentity'
                then calls.source_identity
            when conditions.key like 'aws:requesttag/%' then tagged.tag
            when
                conditions.key = 'aws:principalarn'
                and calls.has_arn
                and not calls.is_switch
                then calls.caller
            when conditions.key = 'aws:principalaccount'
                then calls.caller_account
            when conditions.key = 'aws:multifactorauthpresent'
                then nullif(calls.mfa, 'absent')
            when conditions.key = 'aws:sourceip' then calls.source_ip
            when
                calls.caller_kind = 'web_identity'
                and lower(conditions.provider) = lower(calls.provider)
                or calls.caller_kind in ('saml', 'identity_center')
                and conditions.key like 'saml:%'
                then
                    case conditions.claim
                        when 'aud' then calls.audience
                        when 'sub' then calls.subject
                    end
        end as value,
        case
            -- Of federated calls the assertion has it, and the answer of those that
            -- succeeded.
            when conditions.key = 'sts:sourceidentity'
                then
                    calls.has_parameters and calls.action = 'sts:AssumeRole'
            when
                conditions.key = 'sts:externalid'
                or conditions.key like 'aws:requesttag/%'
                then calls.has_parameters
            when conditions.key in ('aws:principalarn', 'aws:principalaccount')
                then calls.is_federated
            when conditions.key = 'aws:multifactorauthpresent'
                then coalesce(calls.mfa = 'absent', false)
            when calls.caller_kind = 'unknown' then false
            when conditions.provider is not null
                then
                    calls.caller_kind <> 'web_identity'
                    or coalesce(
                        lower(conditions.provider) <> lower(calls.provider),
                        false
                    )
            when conditions.key like 'saml:%'
                then calls.caller_kind not in ('saml', 'identity_center')
            else false
        end as is_absent
    from calls
    inner join conditions on calls.role_key = conditions.role_key
    left join tagged
        on
            calls.role_key = tagged.role_key
            and calls.call_key = tagged.call_key
            and conditions.key = tagged.key

),

-- An expression is compiled for every row it is held against, so each value
-- meets each once.
fits as (

    select
        pattern,
        value,
        regexp_like(value, pattern) as does_fit
    from (
        select distinct
            pattern,
            value
        from shown
        where pattern is not null and value is not null
    ) as compared

),

answers as (

    select
        shown.role_key,
        shown.call_key,
        shown.statement,
        shown.key,
        shown.exact
        and not shown.negated
        and shown.value is not null
        and coalesce(shown.quantifier, '') <> 'all'
        and lower(shown.operator) <> 'null' as is_exact,
        shown.is_oidc and shown.claim = 'sub' as is_subject,
        case
            when shown.pattern is null then null
            when shown.value is not null
                then fits.does_fit <> shown.negated
            when shown.is_absent
                then
                    shown.if_exists
                    or coalesce(shown.quantifier, '') = 'all'
                    or (shown.quantifier is null and shown.negated)
        end as holds
    from shown
    left join fits
        on shown.pattern = fits.pattern and shown.value = fits.value

),

conditioned as (

    select
        role_key,
        call_key,
        statement,
        bool_or(holds is not null and not holds) as fails,
        bool_or(holds is null) as is_open,
        bool_or(holds and is_exact and key = 'aws:principalarn') as names_arn,
        bool_or(holds and is_exact and is_subject) as names_subject
    from answers
    group by role_key, call_key, statement

),

---------- the grades: 6 expected, 5 broadly trusted, 3 and 2 the same and condition
---------- dependent, 1 condition dependent alone, 0 not trusted

weighed as (

    select
        statements.role_key,
        statements.call_key,
        statements.effect,
        case
            when
                not statements.negated
                and statements.naming = 2
                and (
                    statements.principal_kind in ('anyone', 'account')
                    and conditioned.names_arn
                    or statements.principal_kind = 'oidc'
                    and conditioned.names_subject
                )
                then 3
            else statements.naming
        end as naming,
        statements.naming > 1
        and not coalesce(conditioned.is_open, false) as is_sure
    from statements
    left join conditioned
        on
            statements.role_key = conditioned.role_key
            and statements.call_key = conditioned.call_key
            and statements.statement = conditioned.statement
    where not coalesce(conditioned.fails, false)

),

allowed as (

    select
        role_key,
        call_key,
        max(
            case
                when effect = 'deny' then 0
                when is_sure then naming + 3
                else naming
            end
        ) as grade,
        bool_or(effect = 'deny' and is_sure) as is_refused,
        bool_or(effect = 'deny' and not is_sure) as is_doubted
    from weighed
    group by role_key, call_key

),

grades as (

    select
        calls.role_key,
        calls.call_key,
        case
            when not coalesce(asks.has_trust, false) then null
            when allowed.grade is null or allowed.is_refused then 0
            when allowed.is_doubted and allowed.grade > 3
                then allowed.grade - 3
            else allowed.grade
        end as grade
    from calls
    left join asks on calls.role_key = asks.role_key
    left join allowed
        on
            calls.role_key = allowed.role_key
            and calls.call_key = allowed.call_key

),

---------- one row per role, caller and last step

callers as (

    select
        summed.*,
        dense_rank() over (
            order by
                role_key asc,
                origin asc nulls first,
                origin_kind asc nulls first,
                via_role asc nulls first
        ) as caller_number
    from (
        select
            role_key,
            origin,
            origin_kind,
            via_role,
            -- An assumption may know the role without its path only (P31).
            coalesce(
                max(
                    case
                        when regexp_like(role_arn, ':role/.+/') then role_arn
                    end
                ),
                max(role_arn)
            ) as role_arn,
            min(turn) as first_turn,
            min(first_seen) as first_seen,
            max(last_seen) as last_seen,
            nullif(substr(max(last_order), 21), '') as newest_event_id,
            cast(
                coalesce(sum(times) filter (where turn = 0), 0) as bigint
            ) as assumptions,
            cast(
                coalesce(sum(times) filter (where turn = 1), 0) as bigint
            ) as denied
        from counted
        group by role_key, origin, origin_kind, via_role
    ) as summed

),

-- When a role first saw an origin, however it came.
pairs as (

    select
        role_key,
        origin,
        origin_kind,
        min(first_seen) as first_seen
    from callers
    group by role_key, origin, origin_kind

),

-- From where an origin came for the first time in the window.
new_networks as (

    select
        counted.role_key,
        counted.origin,
        counted.origin_kind,
        counted.network
    from counted
    cross join params
    where counted.network is not null
    group by
        counted.role_key,
        counted.origin,
        counted.origin_kind,
        counted.network,
        params.since
    having min(counted.first_seen) >= params.since

),

-- What is judged.
judged as (

    select
        callers.caller_number,
        counted.role_key,
        counted.call_key,
        counted.origin,
        counted.origin_kind,
        counted.turn,
        counted.network,
        counted.last_seen,
        counted.is_long_term,
        counted.turn in (0, 2)
        and counted.caller_account is not null
        and not counted.has_external_id as lacks_external_id
    from counted
    inner join callers
        on
            counted.role_key = callers.role_key
            and counted.turn = callers.first_turn
            and coalesce(counted.origin, '') = coalesce(callers.origin, '')
            and coalesce(counted.origin_kind, '')
            = coalesce(callers.origin_kind, '')
            and coalesce(counted.via_role, '') = coalesce(callers.via_role, '')

),

verdicts as (

    select
        judged.caller_number,
        max(judged.last_seen) as judged_until,
        min(grades.grade) as grade,
        bool_or(judged.is_long_term) as is_long_term,
        bool_or(judged.lacks_external_id) as lacks_external_id,
        bool_or(new_networks.network is not null) as has_new_network
    from judged
    left join grades
        on
            judged.role_key = grades.role_key
            and judged.call_key = grades.call_key
    left join new_networks
        on
            judged.role_key = new_networks.role_key
            and judged.network = new_networks.network
            and coalesce(judged.origin, '') = coalesce(new_networks.origin, '')
            and coalesce(judged.origin_kind, '')
            = coalesce(new_networks.origin_kind, '')
    group by judged.caller_number

),

ranked_networks as (

    select
        caller_number,
        network,
        row_number() over (
            partition by caller_number
            order by network asc
        ) as place
    from (
        select distinct
            caller_number,
            network
        from judged
        where turn < 2 and network is not null
    ) as came_from

),

networks as (

    select
        caller_number,
        array_agg(
            case when place > 20 then '…' else network end
            order by place asc
        ) as networks
    from ranked_networks
    where place <= 21
    group by caller_number

),

---------- since when accounts are known

-- Since when the lake knows an account, and of how many days before the window: what
-- is new is new against these, and against the life of a role that is younger. AWS
-- itself comes to its roles.
baselines as (

    select
        coverage.account_id,
        min(coverage.first_event) as first_event,
        count(distinct coverage.event_date) filter (
            where coverage.event_date < params.first_day
        ) as days_before
    from lake.coverage as coverage
    cross join params
    where coverage.family = 'CloudTrail'
    group by coverage.account_id

),

---------- trusted, and never seen

covered as (

    select
        coverage.account_id,
        count(distinct coverage.event_date) as days
    from lake.coverage as coverage
    cross join params
    where
        coverage.family = 'CloudTrail'
        and coverage.event_date >= params.first_day
        and coverage.event_date <= params.last_day
    group by coverage.account_id

),

-- Whom nobody saw come by an assumption.
unseen as (

    select
        trust.role_key,
        trust.principal,
        trust.principal_kind,
        max(trust.principal_account) as principal_account,
        bool_or(
            trust.principal_kind = 'anyone'
            or (
                trust.principal_kind = 'service'
                and trust.principal_key = 'ec2.amazonaws.com'
            )
        )
        and bool_or(contains(trust.actions, 'sts:AssumeRole'))
            as may_be_instance
    from trust
    cross join params
    inner join inventory on trust.role_key = inventory.role_key
    inner join baselines on inventory.account_id = baselines.account_id
    inner join covered on inventory.account_id = covered.account_id
    left join namings
        on
            trust.role_key = namings.role_key
            and trust.statement = namings.statement
            and trust.principal = namings.principal
            and namings.naming > 0
    where
        trust.effect = 'allow'
        and not trust.negated
        and trust.principal_kind <> 'unknown'
        and cardinality(trust.actions) > 0
        and inventory.kind <> 'service_linked'
        -- Whoever came may have come to another role of the name.
        and not inventory.has_namesakes
        -- Where nothing is logged, or too little, nobody is seen.
        and baselines.first_event < params.until
        and covered.days >= params.thin_share * params.window_days
    group by trust.role_key, trust.principal, trust.principal_kind
    having count(namings.naming) = 0

),

-- (Grouped by one column, whose dictionary DuckDB then makes use of.)
acted as (

    select actors.role_id as role_key
    from (
        select
            role_id,
            min(first_seen) as first_seen
        from lake.uses
        where role_id >= ''
        group by role_id
    ) as actors
    cross join params
    where actors.first_seen < params.until

    union

    select names.role_key
    from lake.uses as uses
    inner join lake.role_names as names on uses.role_arn = names.role_arn
    cross join params
    where
        uses.role_id is null
        and uses.first_seen < params.until
        and uses.first_seen >= names.valid_from
        and uses.first_seen < names.valid_to

),

-- Their roles, as far as they acted: of those the sessions. (Where there is none,
-- nothing is read. So written DuckDB sees that they are few, and goes through the
-- events with them, and not the other way round.)
missed_roles as (

    select role_key
    from inventory
    where
        role_key in (select role_key from unseen)
        and role_key in (select role_key from acted)

),

-- (A session has a row for each of its days, or calls where a day is not compact: to make
-- one of them would be to hash millions.)
acting as (

    select
        calls.role_id as role_key,
        calls.role_session_name as session_name,
        coalesce(
            calls.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        ) as created_key
    from lake.session_calls as calls
    inner join missed_roles on calls.role_id = missed_roles.role_key
    cross join params
    where calls.first_seen < params.until

    union all

    select
        names.role_key,
        calls.role_session_name as session_name,
        coalesce(
            calls.session_created_at, timestamp '1970-01-01 00:00:00.000000'
        ) as created_key
    from lake.session_calls as calls
    inner join lake.role_names as names on calls.role_arn = names.role_arn
    inner join missed_roles on names.role_key = missed_roles.role_key
    cross join params
    where
        calls.role_id is null
        and calls.first_seen < params.until
        and calls.first_seen >= names.valid_from
        and calls.first_seen < names.valid_to

),

openings as (

    select
        steps.target_key as role_key,
        steps.target_session as session_name,
        steps.event_time,
        cast(floor(to_unixtime(steps.event_time) / 10) as bigint) as slot
    from lake.assumption_steps as steps
    inner join missed_roles on steps.target_key = missed_roles.role_key
    cross join params
    where steps.outcome = 'success' and steps.event_time < params.until

),

-- Most records have the time at which the session was made, to the second.
loose as (

    select acting.*
    from acting
    left join openings
        on
            acting.role_key = openings.role_key
            and acting.session_name = openings.session_name
            and acting.created_key = openings.event_time
    where openings.role_key is null

),

-- Others differ by some seconds, which a slot of ten and its neighbours hold; where
-- the record does not say when, it may have been any time.
begun as (

    select
        loose.role_key,
        loose.session_name,
        loose.created_key
    from loose
    cross join (values (-1), (0), (1)) as slots (further)
    inner join openings
        on
            loose.role_key = openings.role_key
            and loose.session_name = openings.session_name
            and cast(floor(to_unixtime(loose.created_key) / 10) as bigint)
            + slots.further
            = openings.slot
    where
        loose.created_key >= openings.event_time - interval '5' second
        and loose.created_key <= openings.event_time + interval '5' second

    union

    select
        undated.role_key,
        undated.session_name,
        undated.created_key
    from (
        select distinct
            role_key,
            session_name,
            created_key
        from loose
        where created_key = timestamp '1970-01-01 00:00:00.000000'
    ) as undated
    inner join openings
        on
            undated.role_key = openings.role_key
            and undated.session_name = openings.session_name

),

-- Sessions that acted, and began where no record shows: somebody came whom nobody
-- knows. That of an instance is known by its name.
hidden as (

    select
        loose.role_key,
        bool_and(
            coalesce(regexp_like(loose.session_name, '^i-[0-9a-f]+$'), false)
        ) as only_instances
    from loose
    left join begun
        on
            loose.role_key = begun.role_key
            and loose.session_name = begun.session_name
            and loose.created_key = begun.created_key
    where begun.role_key is null
    group by loose.role_key

),

absent as (

    select unseen.*
    from unseen
    left join hidden on unseen.role_key = hidden.role_key
    where
        hidden.role_key is null
        or (hidden.only_instances and not unseen.may_be_instance)

),

---------- whose accounts are known

known_accounts as (

    select account_id
    from lake.coverage
    where family = 'CloudTrail' and account_id is not null
    union
    select account_id
    from snapshot_roles
    union
    select account_id
    from unnest(split(cast(? as varchar), ',')) as accounts (account_id)

),

-- (role, account) that today's trust names.
named_accounts as (

    select distinct
        role_key,
        principal_account as account_id
    from trust
    where
        effect = 'allow' and not negated and principal_account is not null

),

-- Roles that ask for an external id: of all callers, if a statement denies for it.
external_ids as (

    select
        conditions.role_key,
        coalesce(bool_or(trust.effect = 'deny'), false) as asks_all
    from conditions
    left join trust
        on
            conditions.role_key = trust.role_key
            and conditions.statement = trust.statement
    where conditions.key = 'sts:externalid'
    group by conditions.role_key

),

-- (role, account) that a statement lets in without one.
unasked as (

    select distinct
        trust.role_key,
        trust.principal_account as account_id
    from trust
    left join conditions
        on
            trust.role_key = conditions.role_key
            and trust.statement = conditions.statement
            and conditions.key = 'sts:externalid'
    where
        trust.effect = 'allow'
        and not trust.negated
        and trust.principal_account is not null
        and contains(trust.actions, 'sts:AssumeRole')
        and conditions.role_key is null

),

---------- what the configuration says: records of LIKE patterns

-- Its lists are no columns of params, which DuckDB would carry along with every row
-- that it takes out of them.

expected_rules as (

    select
        split_part(rules.rule, chr(31), 1) as role_pattern,
        split_part(rules.rule, chr(31), 2) as caller_pattern
    from unnest(split(cast(? as varchar), chr(30))) as rules (rule)

),

exception_rules as (

    select
        split_part(rules.rule, chr(31), 1) as role_pattern,
        split_part(rules.rule, chr(31), 2) as caller_pattern,
        cast(split_part(rules.rule, chr(31), 3) as timestamp(6)) as ends_at
    from unnest(split(cast(? as varchar), chr(30))) as rules (rule)

),

---------- rows of both sorts

facts as (

    select
        callers.caller_number,
        coalesce(
            inventory.account_id,
            nullif(split_part(callers.role_arn, ':', 5), '')
        ) as account_id,
        coalesce(inventory.arn, callers.role_arn) as role_arn,
        case
            when inventory.role_key is not null then inventory.role_id
            -- Without an id the key begins with an ARN.
            when not starts_with(callers.role_key, 'arn:')
                then nullif(callers.role_key, callers.role_arn)
        end as role_id,
        callers.role_key,
        inventory.kind,
        inventory.created_at,
        callers.origin as caller,
        coalesce(callers.origin_kind, 'unknown') as caller_kind,
        case
            when callers.origin_kind in ('user', 'role', 'root')
                then nullif(split_part(callers.origin, ':', 5), '')
            when callers.origin_kind = 'account'
                then nullif(split_part(callers.origin, ':', 1), '')
        end as caller_account,
        callers.via_role,
        nullif(split_part(callers.via_role, ':', 5), '') as via_account,
        callers.first_seen,
        callers.last_seen,
        pairs.first_seen as pair_first_seen,
        callers.assumptions,
        callers.denied,
        callers.first_turn < 2 as is_inside,
        verdicts.judged_until,
        verdicts.grade,
        verdicts.is_long_term,
        verdicts.lacks_external_id,
        verdicts.has_new_network,
        callers.newest_event_id as evidence,
        false as is_absent
    from callers
    left join inventory on callers.role_key = inventory.role_key
    left join pairs
        on
            callers.role_key = pairs.role_key
            and coalesce(callers.origin, '') = coalesce(pairs.origin, '')
            and coalesce(callers.origin_kind, '')
            = coalesce(pairs.origin_kind, '')
    left join verdicts on callers.caller_number = verdicts.caller_number

    union all

    select
        cast(null as bigint) as caller_number,
        inventory.account_id,
        inventory.arn as role_arn,
        inventory.role_id,
        absent.role_key,
        inventory.kind,
        inventory.created_at,
        absent.principal as caller,
        case
            when absent.principal_kind in ('session') then 'role'
            when absent.principal_kind = 'oidc' then 'web_identity'
            when absent.principal_kind = 'anyone' then 'unknown'
            when
                absent.principal_kind = 'dangling'
                and absent.principal like 'AROA%'
                then 'role'
            when
                absent.principal_kind = 'dangling'
                and absent.principal like 'AIDA%'
                then 'user'
            when absent.principal_kind = 'dangling' then 'unknown'
            else absent.principal_kind
        end as caller_kind,
        absent.principal_account as caller_account,
        cast(null as varchar) as via_role,
        cast(null as varchar) as via_account,
        cast(null as timestamp(6)) as first_seen,
        cast(null as timestamp(6)) as last_seen,
        cast(null as timestamp(6)) as pair_first_seen,
        cast(0 as bigint) as assumptions,
        cast(0 as bigint) as denied,
        true as is_inside,
        params.until - interval '1' second as judged_until,
        cast(null as integer) as grade,
        false as is_long_term,
        false as lacks_external_id,
        false as has_new_network,
        cast(null as varchar) as evidence,
        true as is_absent
    from absent
    cross join params
    inner join inventory on absent.role_key = inventory.role_key

),

-- The configuration is about role and caller, so rows that share both share their
-- number.
chosen as (

    select
        facts.*,
        dense_rank() over (
            order by
                facts.role_arn asc nulls last,
                facts.caller asc nulls last
        ) as number
    from facts
    cross join params
    where
        (
            params.accounts is null
            or contains(split(params.accounts, ','), facts.account_id)
        )
        and (
            params.role is null
            or facts.role_id = params.role
            or facts.role_arn = params.role
            or regexp_extract(facts.role_arn, '[^/]+$') = params.role
        )

),

configured as (

    select
        chosen.number,
        max(exception_rules.ends_at) as excepted_until
    from chosen
    inner join exception_rules
        on
            (
                coalesce(chosen.role_arn, '')
                like exception_rules.role_pattern escape '#'
                or coalesce(regexp_extract(chosen.role_arn, '[^/]+$'), '')
                like exception_rules.role_pattern escape '#'
            )
            and coalesce(chosen.caller, '')
            like exception_rules.caller_pattern escape '#'
    group by chosen.number

),

welcome as (

    select distinct chosen.number
    from chosen
    inner join expected_rules
        on
            (
                coalesce(chosen.role_arn, '')
                like expected_rules.role_pattern escape '#'
                or coalesce(regexp_extract(chosen.role_arn, '[^/]+$'), '')
                like expected_rules.role_pattern escape '#'
            )
            and coalesce(chosen.caller, '')
            like expected_rules.caller_pattern escape '#'

),

---------- the findings, worst first: about who came, unless the configuration expects
---------- them, and about how

told as (

    select
        chosen.*,
        configured.excepted_until,
        case
            when
                welcome.number is null
                and not chosen.is_absent
                and chosen.grade = 0
                then ',not_trusted'
            else ''
        end as refusal,
        case
            when
                welcome.number is null
                and not chosen.is_absent
                and (
                    (
                        chosen.caller_account <> chosen.account_id
                        and known_caller.account_id is null
                        and named_caller.account_id is null
                    )
                    or (
                        chosen.via_account <> chosen.account_id
                        and known_via.account_id is null
                        and named_via.account_id is null
                    )
                )
                then ',unknown_account'
            else ''
        end as account_finding,
        case
            when welcome.number is not null or chosen.is_absent then ''
            else
                case chosen.grade
                    when 5 then ',broadly_trusted'
                    when 3 then ',condition_dependent'
                    when 2 then ',condition_dependent,broadly_trusted'
                    when 1 then ',condition_dependent'
                    else ''
                end
        end as breadth,
        case
            when welcome.number is not null then ',expected'
            when chosen.is_absent then ',never_came'
            when chosen.grade in (3, 6) then ',expected'
            else ''
        end as welcome_finding,
        case
            when
                chosen.lacks_external_id
                and (
                    external_ids.role_key is null
                    or (
                        unasked.role_key is not null
                        and not external_ids.asks_all
                    )
                )
                and coalesce(chosen.via_account, chosen.caller_account)
                <> chosen.account_id
                and case
                    when chosen.via_account is not null
                        then known_via.account_id
                    else known_caller.account_id
                end is null
                then ',missing_external_id'
            else ''
        end as external_id_finding,
        case
            when
                welcome.number is null
                and chosen.caller_kind in (
                    'user', 'identity_center', 'saml', 'root'
                )
                and chosen.kind in (
                    'service', 'instance_profile', 'web_identity'
                )
                and not chosen.is_absent
                then ',human_on_machine_role'
            else ''
        end as human_finding,
        case when chosen.is_long_term then ',long_term_key' else '' end
            as key_finding,
        case
            when
                coalesce(baselines.days_before, 0) < 14
                or chosen.created_at > params.since - interval '14' day
                then ''
            when chosen.pair_first_seen >= params.since
                then
                    case
                        when
                            welcome.number is null
                            and coalesce(chosen.kind, '') <> 'service_linked'
                            then ',new_principal'
                        else ''
                    end
            when chosen.has_new_network then ',new_network'
            else ''
        end as new_finding
    from chosen
    cross join params
    left join configured on chosen.number = configured.number
    left join welcome on chosen.number = welcome.number
    left join known_accounts as known_caller
        on chosen.caller_account = known_caller.account_id
    left join known_accounts as known_via
        on chosen.via_account = known_via.account_id
    left join named_accounts as named_caller
        on
            chosen.role_key = named_caller.role_key
            and chosen.caller_account = named_caller.account_id
    left join named_accounts as named_via
        on
            chosen.role_key = named_via.role_key
            and chosen.via_account = named_via.account_id
    left join external_ids on chosen.role_key = external_ids.role_key
    left join unasked
        on
            chosen.role_key = unasked.role_key
            and coalesce(chosen.via_account, chosen.caller_account)
            = unasked.account_id
    left join baselines on chosen.account_id = baselines.account_id

),

found as (

    select
        told.*,
        refusal || account_finding || external_id_finding || human_finding
        || key_finding || breadth || new_finding || welcome_finding
            as all_findings
    from told

),

final as (

    select
        found.*,
        case
            when all_findings in ('', ',expected') or excepted_until is null
                then all_findings
            when judged_until < excepted_until then ',expected'
            else all_findings || ',exception_ended'
        end as findings_text
    from found

)

select
    final.account_id,
    final.role_arn,
    final.role_id,
    final.caller,
    final.caller_kind,
    final.caller_account,
    final.via_role,
    case
        when final.findings_text = '' then array[]
        else split(substr(final.findings_text, 2), ',')
    end as findings,
    final.first_seen,
    final.last_seen,
    final.assumptions,
    final.denied,
    networks.networks,
    final.evidence
from final
cross join params
left join networks on final.caller_number = networks.caller_number
where
    params.show_all
    or (
        params.findings is null
        and final.is_inside
        and final.findings_text not in ('', ',expected')
    )
    or regexp_like(final.findings_text, ',(' || params.findings || ')(,|$)')
order by
    final.is_absent asc,
    final.account_id asc nulls last,
    final.role_arn asc nulls last,
    final.role_id asc nulls last,
    final.caller asc nulls last,
    final.caller_kind asc,
    final.via_role asc nulls last
