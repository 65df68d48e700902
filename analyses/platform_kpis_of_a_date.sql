-- PACK 324A kpi_getPlatformDaily(date). Var kpi_date, else the last complete date of each platform.
{%- set kpi_date = "'" ~ var('kpi_date') ~ "'" if var('kpi_date', '') else 'null' %}
select
    kpis.platform,
    kpis.kpi_date,
    kpis.is_complete,
    kpis.currency,
    kpis.new_users,
    kpis.verified_users,
    kpis.active_users,
    kpis.paying_users,
    kpis.churned_users,
    kpis.total_tokens_spent,
    kpis.total_token_revenue,
    kpis.cash_revenue,
    kpis.total_revenue,
    kpis.total_platform_earnings,
    kpis.total_chats,
    kpis.total_voice_minutes,
    kpis.total_video_minutes,
    kpis.total_calendar_bookings,
    kpis.total_event_tickets,
    kpis.refund_count,
    kpis.refund_amount,
    kpis.chargeback_count,
    kpis.chargeback_amount
from {{ ref('platform_kpi_daily') }} as kpis
where
    kpis.kpi_date = coalesce(
        cast({{ kpi_date }} as date),
        (
            select max(days.kpi_date)
            from {{ ref('platform_kpi_daily') }} as days
            where days.is_complete and days.platform = kpis.platform
        )
    )
order by kpis.platform
