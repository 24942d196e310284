-- Who became which role, and should not have? One row per role, caller and role
-- that made the last step, and one per trusted principal that never came (design
-- 3, 7, 9.6 to 9.10, 9.18 to 9.20; docs/semantics.md, section Trust).
with

params as (

    select
        cast(? as timestamp(6)) as since,
        cast(? as timestamp(6)) as until,
        cast(? as varchar) as accounts,
        cast(? as varchar) as role,
        cast(? as date) as inventory_date,
        cast(? as varchar) as known_accounts,
        cast(? as varchar) as expected_callers,
        cast(? as varchar) as exceptions,
        cast(? as varchar) as findings,
        cast(? as boolean) as show_all

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

-- A name is given once in an account, and some records leave the path out (P31).
by_name as (

    select
        account_id || '/' || name as role_name,
        min(role_key) as role_key
    from inventory
    group by account_id || '/' || name

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

-- What the conditions of a role ask of an event. What they do not ask is left out
-- of what tells two calls apart.
asks as (

    select
        role_key,
        bool_or(key = 'sts:externalid') as external_id,
        bool_or(key = 'sts:rolesessionname') as session_name,
        bool_or(key = 'sts:sourceidentity') as source_identity,
        bool_or(key like 'aws:requesttag/%') as tags,
        bool_or(key = 'aws:multifactorauthpresent') as mfa,
        bool_or(key = 'aws:sourceip') as source_ip,
        bool_or(claim = 'aud') as audience,
        bool_or(claim = 'sub') as subject,
        bool_or(
            key in ('sts:externalid', 'sts:sourceidentity')
            or key like 'aws:requesttag/%'
        ) as parameters
    from conditions
    group by role_key

),

with_sessions as (

    select distinct role_key
    from trust
    where principal_kind = 'session'

),

---------- the assumptions up to the end of the window

tried as (

    select
        assumptions.event_id,
        assumptions.event_time,
        assumptions.event_name,
        assumptions.outcome,
        coalesce(
            assumptions.assumed_role_id,
            by_name.role_key,
            targets.role_id,
            assumptions.assumed_role_arn
        ) as role_key,
        coalesce(assumptions.assumed_role_id, targets.role_id) as role_id,
        assumptions.assumed_role_arn as role_arn,
        assumptions.account_id,
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
        assumptions.caller_session_name,
        coalesce(
            assumptions.caller_session_created_at,
            timestamp '1970-01-01 00:00:00'
        ) as caller_created_key,
        case
            when assumptions.caller_kind in ('user', 'role', 'root')
                then nullif(split_part(assumptions.caller, ':', 5), '')
            when assumptions.caller_kind = 'account'
                then nullif(split_part(assumptions.caller, ':', 1), '')
        end as caller_account,
        assumptions.caller_access_key_id,
        assumptions.caller_principal_id,
        assumptions.caller_identity_arn,
        assumptions.caller_provider,
        assumptions.caller_user_name,
        assumptions.mfa_authenticated,
        assumptions.assumed_session_name,
        assumptions.external_id,
        lower(assumptions.source_ip_address) as address
    from assumptions
    cross join params
    left join by_name
        on
            assumptions.account_id || '/' || assumptions.assumed_role_name
            = by_name.role_name
    left join lake.role_names as targets
        on assumptions.assumed_role_arn = targets.role_arn
    left join lake.role_names as callers
        on assumptions.caller_role_arn = callers.role_arn
    where
        assumptions.event_time < params.until
        and assumptions.outcome in ('success', 'denied')
        and coalesce(assumptions.assumed_role_id, assumptions.assumed_role_arn)
        is not null

),

-- Parameters and answers are long, so only those are read that a condition or a
-- SAML provider asks for.
wanted as (

    select
        tried.event_id,
        tried.event_time
    from tried
    left join asks on tried.role_key = asks.role_key
    where
        tried.caller_kind in ('saml', 'identity_center')
        or asks.source_identity
        or asks.tags
        or asks.audience
        or (asks.external_id and tried.external_id is null)

),

details as (

    select
        events.event_id,
        max(events.request_parameters) as request_parameters,
        max(json_extract_scalar(events.response_elements, '$.audience'))
            as audience
    from events
    inner join wanted
        on
            events.event_time = wanted.event_time
            and events.event_id = wanted.event_id
    where events.caller_kind is not null
    group by events.event_id

),

---------- the calls as the trust policies see them: what is not asked is null

seen as (

    select
        tried.event_id,
        tried.event_time,
        tried.outcome,
        tried.role_key,
        tried.role_id,
        tried.role_arn,
        tried.account_id,
        ---------- the row it counts for
        coalesce(origins.origin, tried.caller) as origin,
        coalesce(origins.origin_kind, tried.caller_kind) as origin_kind,
        case when origins.origin is not null then tried.caller end as via_role,
        tried.event_time >= params.since as inside,
        coalesce(tried.caller_access_key_id like 'AKIA%', false)
            as is_long_term,
        tried.external_id is not null as has_external_id,
        case
            when regexp_like(tried.address, '^[0-9.]+$')
                then
                    split_part(tried.address, '.', 1) || '.'
                    || split_part(tried.address, '.', 2) || '.'
                    || split_part(tried.address, '.', 3) || '.0/24'
            when regexp_like(tried.address, '^[0-9a-f:]*:[0-9a-f:]*$')
                then
                    coalesce(
                        nullif(
                            split_part(
                                split_part(tried.address, '::', 1), ':', 1
                            ),
                            ''
                        ),
                        '0'
                    ) || ':'
                    || coalesce(
                        nullif(
                            split_part(
                                split_part(tried.address, '::', 1), ':', 2
                            ),
                            ''
                        ),
                        '0'
                    ) || ':'
                    || coalesce(
                        nullif(
                            split_part(
                                split_part(tried.address, '::', 1), ':', 3
                            ),
                            ''
                        ),
                        '0'
                    ) || '::/48'
        end as network,
        ---------- the direct caller
        case tried.event_name
            when 'SwitchRole' then 'sts:AssumeRole'
            else 'sts:' || tried.event_name
        end as action,
        -- The record of the account entered has the role itself as its identity.
        tried.event_name = 'SwitchRole' as is_switch,
        tried.caller,
        tried.caller_kind,
        tried.caller_account,
        case
            when
                tried.event_name <> 'SwitchRole'
                and tried.caller_kind in ('user', 'role', 'root', 'account')
                then
                    nullif(split_part(tried.caller_principal_id, ':', 1), '')
        end as principal_id,
        case
            when
                with_sessions.role_key is not null
                and tried.event_name <> 'SwitchRole'
                and tried.caller_kind in ('user', 'role', 'root')
                and regexp_like(
                    tried.caller_identity_arn,
                    ':(assumed-role|federated-user)/'
                )
                then tried.caller_identity_arn
        end as session_arn,
        case
            when
                tried.caller_kind = 'web_identity'
                and strpos(tried.caller_provider, ':oidc-provider/') > 0
                then
                    split_part(tried.caller_provider, ':oidc-provider/', 2)
            when
                tried.caller_kind = 'web_identity'
                and starts_with(tried.caller_provider, 'https://')
                then nullif(substr(tried.caller_provider, 9), '')
            when tried.caller_kind = 'web_identity'
                then nullif(tried.caller_provider, '')
            when tried.caller_kind in ('saml', 'identity_center')
                then nullif(
                    split_part(
                        json_extract_scalar(
                            details.request_parameters, '$.principalArn'
                        ),
                        ':saml-provider/',
                        2
                    ),
                    ''
                )
        end as provider,
        ---------- what conditions ask
        coalesce(asks.parameters, false)
        and details.request_parameters is not null as has_parameters,
        case when asks.external_id then tried.external_id end as external_id,
        case when asks.session_name then tried.assumed_session_name end
            as session_name,
        case
            when asks.source_identity
                then json_extract_scalar(
                    details.request_parameters, '$.sourceIdentity'
                )
        end as source_identity,
        case when asks.tags then details.request_parameters end as parameters,
        case
            when not asks.mfa then null
            when tried.mfa_authenticated then 'true'
            when not tried.mfa_authenticated then 'false'
            when
                tried.caller_access_key_id like 'AKIA%'
                or tried.event_name like 'AssumeRoleWith%'
                then 'absent'
        end as mfa,
        case
            when
                asks.source_ip
                and regexp_like(
                    tried.address,
                    '^([0-9]+[.][0-9]+[.][0-9]+[.][0-9]+|[0-9a-f:]*:[0-9a-f:.]*)$'
                )
                then tried.address
        end as source_ip,
        case when asks.audience then details.audience end as audience,
        case when asks.subject then tried.caller_user_name end as subject
    from tried
    cross join params
    left join lake.assumption_origins as origins
        on
            tried.caller_role_key = origins.role_key
            and tried.caller_session_name = origins.session_name
            and tried.caller_created_key = origins.created_key
    left join asks on tried.role_key = asks.role_key
    left join with_sessions on tried.role_key = with_sessions.role_key
    left join details on tried.event_id = details.event_id

),

-- Assumptions that differ in nothing that counts, together. Lengths keep the parts
-- of the key apart, whatever they hold.
visits as (

    select
        role_key,
        origin,
        origin_kind,
        via_role,
        outcome,
        inside,
        is_long_term,
        has_external_id,
        network,
        action,
        is_switch,
        caller,
        caller_kind,
        caller_account,
        principal_id,
        session_arn,
        provider,
        has_parameters,
        external_id,
        session_name,
        source_identity,
        parameters,
        mfa,
        source_ip,
        audience,
        subject,
        case when is_switch then 'switch ' else 'call ' end
        || case when has_parameters then 'full ' else 'bare ' end
        || action
        || coalesce(' a' || caller_account, '')
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
            ' t' || cast(length(parameters) as varchar) || ' ' || parameters,
            ''
        )
        || coalesce(' r' || source_ip, '')
        || coalesce(
            ' u' || cast(length(audience) as varchar) || ' ' || audience, ''
        )
        || coalesce(
            ' b' || cast(length(subject) as varchar) || ' ' || subject, ''
        ) as call_key,
        max(role_id) as role_id,
        max(role_arn) as role_arn,
        max(account_id) as account_id,
        count(*) as times,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from seen
    group by
        role_key,
        origin,
        origin_kind,
        via_role,
        outcome,
        inside,
        is_long_term,
        has_external_id,
        network,
        action,
        is_switch,
        caller,
        caller_kind,
        caller_account,
        principal_id,
        session_arn,
        provider,
        has_parameters,
        external_id,
        session_name,
        source_identity,
        parameters,
        mfa,
        source_ip,
        audience,
        subject

),

calls as (

    select
        role_key,
        call_key,
        max(action) as action,
        bool_or(is_switch) as is_switch,
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
        max(parameters) as parameters,
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
    from visits
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
                calls.parameters,
                '$.tags[' || cast(tags.number as varchar) || '].value'
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
        and calls.parameters is not null
        and 'aws:requesttag/' || lower(
            json_extract_scalar(
                calls.parameters,
                '$.tags[' || cast(tags.number as varchar) || '].key'
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
            when
                conditions.key in ('sts:externalid', 'sts:sourceidentity')
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

with_trust as (

    select distinct role_key
    from trust

),

grades as (

    select
        calls.role_key,
        calls.call_key,
        case
            when with_trust.role_key is null then null
            when allowed.grade is null or allowed.is_refused then 0
            when allowed.is_doubted and allowed.grade > 3
                then allowed.grade - 3
            else allowed.grade
        end as grade
    from calls
    left join with_trust on calls.role_key = with_trust.role_key
    left join allowed
        on
            calls.role_key = allowed.role_key
            and calls.call_key = allowed.call_key

),

---------- one row per role, caller and last step

-- What is judged of a row is what succeeded in the window, else what was denied
-- there, else what was before it.
turns as (

    select
        visits.*,
        grades.grade,
        case when visits.inside then 0 else 2 end
        + case when visits.outcome = 'success' then 0 else 1 end as turn,
        min(
            case when visits.inside then 0 else 2 end
            + case when visits.outcome = 'success' then 0 else 1 end
        ) over (
            partition by
                visits.role_key,
                visits.origin,
                visits.origin_kind,
                visits.via_role
        ) as first_turn,
        min(visits.first_seen) over (
            partition by visits.role_key, visits.origin, visits.origin_kind
        ) as pair_first_seen,
        min(visits.first_seen) over (
            partition by
                visits.role_key,
                visits.origin,
                visits.origin_kind,
                visits.network
        ) as network_first_seen
    from visits
    left join grades
        on
            visits.role_key = grades.role_key
            and visits.call_key = grades.call_key

),

summed as (

    select
        turns.role_key,
        turns.origin,
        turns.origin_kind,
        turns.via_role,
        max(turns.role_id) as role_id,
        -- An assumption may know the role without its path only (P31).
        coalesce(
            max(
                case
                    when regexp_like(turns.role_arn, ':role/.+/')
                        then turns.role_arn
                end
            ),
            max(turns.role_arn)
        ) as role_arn,
        max(turns.account_id) as account_id,
        min(turns.first_seen) as first_seen,
        max(turns.last_seen) as last_seen,
        min(turns.pair_first_seen) as pair_first_seen,
        cast(
            coalesce(
                sum(turns.times) filter (
                    where turns.inside and turns.outcome = 'success'
                ),
                0
            ) as bigint
        ) as assumptions,
        cast(
            coalesce(
                sum(turns.times) filter (
                    where turns.inside and turns.outcome = 'denied'
                ),
                0
            ) as bigint
        ) as denied,
        bool_or(turns.inside) as is_inside,
        max(turns.last_seen) filter (where turns.turn = turns.first_turn)
            as judged_until,
        min(turns.grade) filter (where turns.turn = turns.first_turn) as grade,
        bool_or(turns.turn = turns.first_turn and turns.is_long_term)
            as is_long_term,
        bool_or(
            turns.turn = turns.first_turn
            and turns.outcome = 'success'
            and turns.caller_account is not null
            and not turns.has_external_id
        ) as lacks_external_id,
        coalesce(
            bool_or(
                turns.turn = turns.first_turn
                and turns.inside
                and turns.network is not null
                and turns.network_first_seen >= params.since
            ),
            false
        ) as has_new_network
    from turns
    cross join params
    group by
        turns.role_key, turns.origin, turns.origin_kind, turns.via_role

),

-- The newest event of each row; equal times are decided by the event id.
newest as (

    select
        seen.role_key,
        seen.origin,
        seen.origin_kind,
        seen.via_role,
        max(seen.event_id) as event_id
    from seen
    inner join summed
        on
            seen.role_key = summed.role_key
            and seen.event_time = summed.last_seen
    where
        coalesce(seen.origin, '') = coalesce(summed.origin, '')
        and coalesce(seen.origin_kind, '') = coalesce(summed.origin_kind, '')
        and coalesce(seen.via_role, '') = coalesce(summed.via_role, '')
    group by seen.role_key, seen.origin, seen.origin_kind, seen.via_role

),

ranked_networks as (

    select
        role_key,
        origin,
        origin_kind,
        via_role,
        network,
        row_number() over (
            partition by role_key, origin, origin_kind, via_role
            order by network asc
        ) as place
    from (
        select distinct
            role_key,
            origin,
            origin_kind,
            via_role,
            network
        from turns
        where inside and turn = first_turn and network is not null
    ) as came_from

),

networks as (

    select
        role_key,
        origin,
        origin_kind,
        via_role,
        array_agg(
            case when place > 20 then '…' else network end
            order by place asc
        ) as networks
    from ranked_networks
    where place <= 21
    group by role_key, origin, origin_kind, via_role

),

---------- trusted, and never seen

absent as (

    select
        trust.role_key,
        trust.principal,
        trust.principal_kind,
        max(trust.principal_account) as principal_account
    from trust
    inner join inventory on trust.role_key = inventory.role_key
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
    group by trust.role_key, trust.principal, trust.principal_kind
    having count(namings.naming) = 0

),

---------- whose accounts are known

known_accounts as (

    select account_id
    from coverage
    where family = 'CloudTrail' and account_id is not null
    union
    select account_id
    from snapshot_roles
    union
    select accounts.account_id
    from params
    cross join unnest(split(params.known_accounts, ',')) as accounts (account_id)

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

external_ids as (

    select distinct role_key
    from conditions
    where key = 'sts:externalid'

),

-- Since when the lake knows an account: what is new is new against that, and
-- against the life of a role that is younger. AWS itself comes to its roles.
baselines as (

    select
        account_id,
        min(first_event) as first_event
    from coverage
    where family = 'CloudTrail'
    group by account_id

),

---------- what the configuration says: records of LIKE patterns

expected_rules as (

    select
        split_part(rules.rule, chr(31), 1) as role_pattern,
        split_part(rules.rule, chr(31), 2) as caller_pattern
    from params
    cross join unnest(split(params.expected_callers, chr(30))) as rules (rule)

),

exception_rules as (

    select
        split_part(rules.rule, chr(31), 1) as role_pattern,
        split_part(rules.rule, chr(31), 2) as caller_pattern,
        cast(split_part(rules.rule, chr(31), 3) as timestamp(6)) as ends_at
    from params
    cross join unnest(split(params.exceptions, chr(30))) as rules (rule)

),

---------- rows of both sorts

facts as (

    select
        coalesce(
            inventory.account_id,
            summed.account_id,
            nullif(split_part(summed.role_arn, ':', 5), '')
        ) as account_id,
        coalesce(inventory.arn, summed.role_arn) as role_arn,
        case
            when inventory.role_key is null then summed.role_id
            else inventory.role_id
        end as role_id,
        summed.role_key,
        inventory.kind,
        inventory.created_at,
        summed.origin as caller,
        coalesce(summed.origin_kind, 'unknown') as caller_kind,
        case
            when summed.origin_kind in ('user', 'role', 'root')
                then nullif(split_part(summed.origin, ':', 5), '')
            when summed.origin_kind = 'account'
                then nullif(split_part(summed.origin, ':', 1), '')
        end as caller_account,
        summed.via_role,
        nullif(split_part(summed.via_role, ':', 5), '') as via_account,
        summed.first_seen,
        summed.last_seen,
        summed.pair_first_seen,
        summed.assumptions,
        summed.denied,
        summed.is_inside,
        summed.judged_until,
        summed.grade,
        summed.is_long_term,
        summed.lacks_external_id,
        summed.has_new_network,
        newest.event_id as evidence,
        false as is_absent
    from summed
    left join inventory on summed.role_key = inventory.role_key
    left join newest
        on
            summed.role_key = newest.role_key
            and coalesce(summed.origin, '') = coalesce(newest.origin, '')
            and coalesce(summed.origin_kind, '')
            = coalesce(newest.origin_kind, '')
            and coalesce(summed.via_role, '') = coalesce(newest.via_role, '')

    union all

    select
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
                and external_ids.role_key is null
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
                baselines.first_event > params.since - interval '14' day
                or baselines.first_event is null
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
    case when not final.is_absent then networks.networks end as networks,
    final.evidence
from final
cross join params
left join networks
    on
        final.role_key = networks.role_key
        and coalesce(final.caller, '') = coalesce(networks.origin, '')
        and final.caller_kind = coalesce(networks.origin_kind, 'unknown')
        and coalesce(final.via_role, '') = coalesce(networks.via_role, '')
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
