{%- set params = [
    'low_sessions_window_days', 'refunds_window_days', 'panic_window_days', 'low_spending_window_days',
    'engagement_window_days'
] -%}
with users as (

    select * from {{ ref('dim_users') }} where not is_deleted

),

bans as (

    {{ union_platforms('bans') }}

),

user_days as (

    select platform, user_id, last_active_at from {{ ref('int_active_days') }}

),

user_months as (

    select platform, user_id, last_active_at, payment_amount from {{ ref('int_user_months') }}

),

sessions as (

    {{ union_platforms('sessions') }}

),

chat_responses as (

    {{ union_platforms('chat_responses') }}

),

leave_reasons as (

    {{ union_platforms('leave_reasons') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}
    where kind in (
        'chat', 'call_voice', 'call_video', 'call_other', 'ai_chat', 'ai_voice', 'ai_video', 'booking',
        'gift', 'message', 'game_session'
    )

),

panics as (

    select platform, user_id, occurred_at
    from {{ ref('int_safety_events') }}
    where kind = 'panic'

),

money as (

    select * from {{ ref('int_money') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

-- how far each measure of a cause looks back
causes as (

    select
        max(case when measure = 'last_panics' then window_days end) as safety_days,
        max(case when measure = 'cause_refunds' then window_days end) as refund_days,
        max(case when measure = 'crashed_sessions' then window_days end) as technical_days,
        max(case when measure = 'empty_discovery_sessions' then window_days end) as discovery_days,
        max(case when measure = 'last_chats' then window_days end) as response_days,
        max(case when measure = 'last_sessions' then window_days end) as engagement_days
    from {{ ref('churn_causes') }}

),

params as (

    {{ pivot_params('churn_params', params) }}

),

-- all of a user's life, from the months of it
lifetimes as (

    select
        platform,
        user_id,
        max(last_active_at) as last_activity_at,
        sum(payment_amount) as lifetime_spend
    from user_months
    group by platform, user_id

),

active as (

    select
        user_days.platform,
        user_days.user_id,
        count(*) as active_dates
    from user_days
    cross join params
    where {{ is_trailing('user_days.last_active_at', 'params.engagement_window_days', as_of()) }}
    group by user_days.platform, user_days.user_id

),

-- users in the running: not deleted, not banned
people as (

    select
        users.platform,
        users.user_id,
        users.region,
        users.created_at,
        platforms.currency,
        coalesce(lifetimes.last_activity_at, users.created_at) as last_activity_at,
        coalesce(active.active_dates, 0) as active_dates,
        coalesce(lifetimes.lifetime_spend, 0) as lifetime_spend,
        coalesce(leave_reasons.leave_reason, '') as leave_reason,
        bans.user_id is not null as is_banned
    from users
    inner join platforms on users.platform = platforms.platform
    left join lifetimes on users.platform = lifetimes.platform and users.user_id = lifetimes.user_id
    left join active on users.platform = active.platform and users.user_id = active.user_id
    left join bans on users.platform = bans.platform and users.user_id = bans.user_id
    left join leave_reasons
        on users.platform = leave_reasons.platform and users.user_id = leave_reasons.user_id

),

session_counts as (

    select
        people.platform,
        people.user_id,
        sum(case
            when {{ is_trailing('sessions.occurred_at', 'params.low_sessions_window_days', as_of()) }} then 1
            else 0
        end) as recent_sessions,
        sum(case
            when {{ is_trailing('sessions.occurred_at', 'params.engagement_window_days', as_of()) }} then 1
            else 0
        end) as engagement_sessions,
        sum(case
            when sessions.is_crashed
                and {{ is_trailing('sessions.occurred_at', 'causes.technical_days', 'people.last_activity_at') }}
                then 1
            else 0
        end) as crashed_sessions,
        sum(case
            when sessions.discovery_results = 0
                and {{ is_trailing('sessions.occurred_at', 'causes.discovery_days', 'people.last_activity_at') }}
                then 1
            else 0
        end) as empty_discovery_sessions,
        sum(case
            when {{ is_trailing('sessions.occurred_at', 'causes.engagement_days', 'people.last_activity_at') }} then 1
            else 0
        end) as last_sessions
    from sessions
    inner join people
        on sessions.platform = people.platform and sessions.user_id = people.user_id
    cross join params
    cross join causes
    group by people.platform, people.user_id

),

chat_counts as (

    select
        people.platform,
        people.user_id,
        count(*) as last_chats,
        sum(case when chat_responses.is_answered then 1 else 0 end) as answered_chats
    from chat_responses
    inner join people
        on chat_responses.platform = people.platform and chat_responses.user_id = people.user_id
    cross join causes
    where {{ is_trailing('chat_responses.occurred_at', 'causes.response_days', 'people.last_activity_at') }}
    group by people.platform, people.user_id

),

panic_counts as (

    select
        people.platform,
        people.user_id,
        sum(case
            when {{ is_trailing('panics.occurred_at', 'params.panic_window_days', as_of()) }} then 1
            else 0
        end) as recent_panics,
        sum(case
            when panics.occurred_at > {{ add_minutes('people.last_activity_at', '-1440 * causes.safety_days') }} then 1
            else 0
        end) as last_panics
    from panics
    inner join people
        on panics.platform = people.platform and panics.user_id = people.user_id
    cross join params
    cross join causes
    group by people.platform, people.user_id

),

interaction_counts as (

    select
        interactions.platform,
        interactions.user_id,
        count(*) as recent_interactions
    from interactions
    cross join params
    where {{ is_trailing('interactions.occurred_at', 'params.engagement_window_days', as_of()) }}
    group by interactions.platform, interactions.user_id

),

-- spending is tokens spent where the platform lives on streams, cash where it lives on cash
money_counts as (

    select
        money.platform,
        money.user_id,
        sum(case
            when money.is_payment
                and {{ is_trailing('money.occurred_at', 'params.low_spending_window_days', as_of()) }}
                then money.money
            else 0
        end) as recent_spend,
        sum(case
            when money.kind = 'refund'
                and {{ is_trailing('money.occurred_at', 'params.refunds_window_days', as_of()) }} then 1
            else 0
        end) as recent_refunds,
        sum(case
            when money.kind = 'refund'
                and {{ is_trailing('money.occurred_at', 'causes.refund_days', as_of()) }} then 1
            else 0
        end) as cause_refunds
    from money
    cross join params
    cross join causes
    where
        {{ is_trailing(
            'money.occurred_at',
            'greatest(params.low_spending_window_days, params.refunds_window_days, causes.refund_days)',
            as_of()
        ) }}
    group by money.platform, money.user_id

)

select
    people.platform,
    people.user_id,
    people.region,
    people.currency,
    people.is_banned,
    people.last_activity_at,
    people.leave_reason,
    people.active_dates,
    {{ timestamp_micros(as_of()) }} - {{ timestamp_micros('people.created_at') }} as age_micros,
    {{ integer_divide(
        '(' ~ timestamp_micros(as_of()) ~ ' - ' ~ timestamp_micros('people.last_activity_at') ~ ')', '86400000000'
    ) }} as days_inactive,
    coalesce(session_counts.recent_sessions, 0) as recent_sessions,
    coalesce(session_counts.engagement_sessions, 0) as engagement_sessions,
    coalesce(session_counts.crashed_sessions, 0) as crashed_sessions,
    coalesce(session_counts.empty_discovery_sessions, 0) as empty_discovery_sessions,
    coalesce(session_counts.last_sessions, 0) as last_sessions,
    coalesce(chat_counts.last_chats, 0) as last_chats,
    coalesce(chat_counts.answered_chats, 0) as answered_chats,
    coalesce(panic_counts.recent_panics, 0) as recent_panics,
    coalesce(panic_counts.last_panics, 0) as last_panics,
    coalesce(interaction_counts.recent_interactions, 0) as recent_interactions,
    coalesce(money_counts.recent_refunds, 0) as recent_refunds,
    coalesce(money_counts.cause_refunds, 0) as cause_refunds,
    {{ as_money('coalesce(money_counts.recent_spend, 0)') }} as recent_spend,
    {{ as_money('people.lifetime_spend') }} as lifetime_spend
from people
{%- for source in ['session_counts', 'chat_counts', 'panic_counts', 'interaction_counts', 'money_counts'] %}
left join {{ source }}
    on people.platform = {{ source }}.platform and people.user_id = {{ source }}.user_id
{%- endfor %}
