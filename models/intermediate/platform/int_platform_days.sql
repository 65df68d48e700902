{%- set streams = [
    'chat', 'voice', 'video', 'calendar', 'events', 'tips', 'gifts', 'og_subscription', 'games', 'other'
] -%}
with country_days as (

    select * from {{ ref('int_country_days') }}

),

stream_days as (

    select * from {{ ref('int_stream_days') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

safety_events as (

    select * from {{ ref('int_safety_events') }}

),

money as (

    select * from {{ ref('int_money') }}

),

users as (

    select platform, user_id from {{ ref('dim_users') }}

),

rates as (

    select * from {{ ref('int_rates') }} where unit = '{{ token_unit() }}'

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

people_and_money as (

    select
        platform,
        kpi_date,
        is_complete,
        sum(new_users) as new_users,
        sum(verified_users) as verified_users,
        sum(active_users) as active_users,
        sum(active_users_7d) as active_users_7d,
        sum(active_users_30d) as active_users_30d,
        sum(paying_users) as paying_users,
        sum(churned_users) as churned_users,
        sum(churned_users_ever_active) as churned_users_ever_active,
        sum(tokens_spent) as total_tokens_spent,
        sum(cash_revenue) as cash_revenue,
        sum(total_revenue) as total_revenue,
        sum(refund_count) as refund_count,
        sum(refund_amount) as refund_amount,
        sum(chargeback_count) as chargeback_count,
        sum(chargeback_amount) as chargeback_amount,
        sum(panic_events) as panic_events,
        sum(mismatch_reports) as mismatch_reports
    from country_days
    group by platform, kpi_date, is_complete

),

streams as (

    select
        platform,
        kpi_date,
        {%- for stream in streams %}
        sum(case when stream = '{{ stream }}' then revenue else 0 end) as {{ stream }}_revenue,
        sum(case when stream = '{{ stream }}' then platform_earnings else 0 end) as {{ stream }}_platform_earnings,
        {%- endfor %}
        sum(revenue) as stream_revenue_total,
        sum(platform_earnings) as total_platform_earnings
    from stream_days
    group by platform, kpi_date

),

interaction_days as (

    select
        interactions.platform,
        interactions.business_date as kpi_date,
        sum(case when interactions.kind = 'ai_chat' then 1 else 0 end) as total_chats,
        sum(case when interactions.kind = 'chat' then 1 else 0 end) as human_chats,
        sum(case when interactions.kind = 'ai_voice' then interactions.minutes else 0 end) as total_voice_minutes,
        sum(case when interactions.kind = 'ai_video' then interactions.minutes else 0 end) as total_video_minutes,
        sum(case
            when interactions.kind = 'call_voice' and interactions.status = 'completed'
                then coalesce(interactions.minutes, 0)
            else 0
        end) as call_voice_minutes,
        sum(case
            when interactions.kind = 'call_video' and interactions.status = 'completed'
                then coalesce(interactions.minutes, 0)
            else 0
        end) as call_video_minutes,
        sum(case when interactions.kind = 'booking' then 1 else 0 end) as total_calendar_bookings,
        sum(case when interactions.kind = 'ticket' then 1 else 0 end) as total_event_tickets,
        sum(case when interactions.kind in ('ai_chat', 'ai_voice', 'ai_video') then 1 else 0 end) as ai_sessions,
        count(distinct case
            when interactions.kind in ('ai_chat', 'ai_voice', 'ai_video') then users.user_id
        end) as ai_users,
        sum(case when interactions.kind = 'ai_interaction' then 1 else 0 end) as ai_interactions
    from interactions
    left join users
        on interactions.platform = users.platform and interactions.user_id = users.user_id
    group by interactions.platform, interactions.business_date

),

ai_money as (

    select
        platform,
        business_date as kpi_date,
        sum(money) as ai_revenue
    from money
    where kind = 'spend' and context like 'AI^_%' escape '^'
    group by platform, business_date

),

safety as (

    select
        platform,
        business_date as kpi_date,
        sum(case when is_report then 1 else 0 end) as moderation_flags,
        sum(case when kind = 'ban' then 1 else 0 end) as bans_issued
    from safety_events
    group by platform, business_date

)

select
    people_and_money.platform,
    people_and_money.kpi_date,
    people_and_money.is_complete,
    platforms.currency,
    people_and_money.new_users,
    people_and_money.verified_users,
    people_and_money.active_users,
    people_and_money.active_users_7d,
    people_and_money.active_users_30d,
    people_and_money.paying_users,
    people_and_money.churned_users,
    people_and_money.churned_users_ever_active,
    people_and_money.total_tokens_spent,
    {{ as_money('people_and_money.total_tokens_spent * rates.rate') }} as total_token_revenue,
    people_and_money.cash_revenue,
    people_and_money.total_revenue,
    {%- for stream in streams %}
    coalesce(streams.{{ stream }}_revenue, 0) as {{ stream }}_revenue,
    coalesce(streams.{{ stream }}_platform_earnings, 0) as {{ stream }}_platform_earnings,
    {%- endfor %}
    coalesce(streams.stream_revenue_total, 0) as stream_revenue_total,
    coalesce(streams.total_platform_earnings, 0) as total_platform_earnings,
    {%- for column in [
        'total_chats', 'human_chats', 'total_voice_minutes', 'total_video_minutes', 'call_voice_minutes',
        'call_video_minutes', 'total_calendar_bookings', 'total_event_tickets', 'ai_sessions', 'ai_users',
        'ai_interactions'
    ] %}
    coalesce(interaction_days.{{ column }}, 0) as {{ column }},
    {%- endfor %}
    coalesce(ai_money.ai_revenue, 0) as ai_revenue,
    people_and_money.refund_count,
    people_and_money.refund_amount,
    {{ rate_of('people_and_money.refund_amount', 'people_and_money.total_revenue') }} as refund_rate,
    people_and_money.chargeback_count,
    people_and_money.chargeback_amount,
    people_and_money.panic_events,
    people_and_money.mismatch_reports,
    coalesce(safety.moderation_flags, 0) as moderation_flags,
    coalesce(safety.bans_issued, 0) as bans_issued,
    {{ money_per('people_and_money.total_revenue', 'people_and_money.active_users') }} as arpu,
    {{ money_per('people_and_money.total_revenue', 'people_and_money.paying_users') }} as arppu,
    {{ rate_of('people_and_money.paying_users', 'people_and_money.active_users') }} as payer_rate
from people_and_money
inner join platforms on people_and_money.platform = platforms.platform
left join rates
    on people_and_money.platform = rates.platform and people_and_money.kpi_date = rates.business_date
{%- for source in ['streams', 'interaction_days', 'ai_money', 'safety'] %}
left join {{ source }}
    on people_and_money.platform = {{ source }}.platform and people_and_money.kpi_date = {{ source }}.kpi_date
{%- endfor %}
