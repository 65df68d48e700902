-- PACK 324A kpi_getCreatorDaily(userId, date). Vars: creator_id (else all creators), kpi_date, else the
-- last date of each platform on which a creator has a row and that is complete.
{%- set kpi_date = "'" ~ var('kpi_date') ~ "'" if var('kpi_date', '') else 'null' %}
{%- set creator_id = "'" ~ var('creator_id') ~ "'" if var('creator_id', '') else 'null' %}
select
    kpis.platform,
    kpis.creator_id,
    kpis.kpi_date,
    kpis.is_complete,
    kpis.currency,
    kpis.earned_tokens_chat,
    kpis.earned_tokens_voice,
    kpis.earned_tokens_video,
    kpis.earned_tokens_calendar,
    kpis.earned_tokens_events,
    kpis.earned_tokens_other,
    kpis.total_earned_tokens,
    kpis.total_earned_amount,
    kpis.sessions_count,
    kpis.interactions_count
from {{ ref('creator_kpi_daily') }} as kpis
where
    kpis.creator_id = coalesce({{ creator_id }}, kpis.creator_id)
    and kpis.kpi_date = coalesce(
        cast({{ kpi_date }} as date),
        (
            select max(days.kpi_date)
            from {{ ref('creator_kpi_daily') }} as days
            where days.is_complete and days.platform = kpis.platform
        )
    )
order by kpis.platform asc, kpis.total_earned_amount desc, kpis.creator_id asc
