-- Who was behind the sessions that made other sessions: the inner links of the chains,
-- from the direct caller five steps back, as far as the logs go (P6). A caller's session
-- always has a logged call, for its AssumeRole is one.
create view lake.session_chains as
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
