with days as (

    select * from {{ ref('int_platform_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

)

select
    days.platform,
    days.kpi_date,
    days.is_complete,
    days.currency,
    cast(days.new_users as bigint) as new_users,
    cast(days.verified_users as bigint) as verified_users,
    cast(days.active_users as bigint) as active_users,
    cast(days.active_users_7d as bigint) as active_users_7d,
    cast(days.active_users_30d as bigint) as active_users_30d,
    cast(days.paying_users as bigint) as paying_users,
    cast(days.churned_users as bigint) as churned_users,
    cast(days.total_tokens_spent as decimal(18, 4)) as total_tokens_spent,
    cast(days.total_token_revenue as decimal(18, 4)) as total_token_revenue,
    cast(days.cash_revenue as decimal(18, 4)) as cash_revenue,
    cast(days.total_revenue as decimal(18, 4)) as total_revenue,
    cast(days.chat_revenue as decimal(18, 4)) as chat_revenue,
    cast(days.chat_platform_earnings as decimal(18, 4)) as chat_platform_earnings,
    cast(days.voice_revenue as decimal(18, 4)) as voice_revenue,
    cast(days.voice_platform_earnings as decimal(18, 4)) as voice_platform_earnings,
    cast(days.video_revenue as decimal(18, 4)) as video_revenue,
    cast(days.video_platform_earnings as decimal(18, 4)) as video_platform_earnings,
    cast(days.calendar_revenue as decimal(18, 4)) as calendar_revenue,
    cast(days.calendar_platform_earnings as decimal(18, 4)) as calendar_platform_earnings,
    cast(days.events_revenue as decimal(18, 4)) as events_revenue,
    cast(days.events_platform_earnings as decimal(18, 4)) as events_platform_earnings,
    cast(days.tips_revenue as decimal(18, 4)) as tips_revenue,
    cast(days.tips_platform_earnings as decimal(18, 4)) as tips_platform_earnings,
    cast(days.gifts_revenue as decimal(18, 4)) as gifts_revenue,
    cast(days.gifts_platform_earnings as decimal(18, 4)) as gifts_platform_earnings,
    cast(days.og_subscription_revenue as decimal(18, 4)) as og_subscription_revenue,
    cast(days.og_subscription_platform_earnings as decimal(18, 4)) as og_subscription_platform_earnings,
    cast(days.games_revenue as decimal(18, 4)) as games_revenue,
    cast(days.games_platform_earnings as decimal(18, 4)) as games_platform_earnings,
    cast(days.other_revenue as decimal(18, 4)) as other_revenue,
    cast(days.other_platform_earnings as decimal(18, 4)) as other_platform_earnings,
    cast(days.stream_revenue_total as decimal(18, 4)) as stream_revenue_total,
    cast(days.total_platform_earnings as decimal(18, 4)) as total_platform_earnings,
    cast(days.total_chats as bigint) as total_chats,
    cast(days.human_chats as bigint) as human_chats,
    cast(days.total_voice_minutes as double) as total_voice_minutes,
    cast(days.total_video_minutes as double) as total_video_minutes,
    cast(days.call_voice_minutes as double) as call_voice_minutes,
    cast(days.call_video_minutes as double) as call_video_minutes,
    cast(days.total_calendar_bookings as bigint) as total_calendar_bookings,
    cast(days.total_event_tickets as bigint) as total_event_tickets,
    cast(days.ai_sessions as bigint) as ai_sessions,
    cast(days.ai_users as bigint) as ai_users,
    cast(days.ai_interactions as bigint) as ai_interactions,
    cast(days.ai_revenue as decimal(18, 4)) as ai_revenue,
    cast(days.refund_count as bigint) as refund_count,
    cast(days.refund_amount as decimal(18, 4)) as refund_amount,
    cast(days.refund_rate as double) as refund_rate,
    cast(days.chargeback_count as bigint) as chargeback_count,
    cast(days.chargeback_amount as decimal(18, 4)) as chargeback_amount,
    cast(days.panic_events as bigint) as panic_events,
    cast(days.mismatch_reports as bigint) as mismatch_reports,
    cast(days.moderation_flags as bigint) as moderation_flags,
    cast(days.bans_issued as bigint) as bans_issued,
    cast(days.arpu as decimal(18, 4)) as arpu,
    cast(days.arppu as decimal(18, 4)) as arppu,
    cast(days.payer_rate as double) as payer_rate
from days
inner join platforms on days.platform = platforms.platform
where {{ is_kept_date('days.kpi_date') }}
