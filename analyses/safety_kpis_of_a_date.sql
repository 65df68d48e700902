-- PACK 324A kpi_getSafetyDaily(date). Var kpi_date, else the last complete date of each platform.
{%- set kpi_date = "'" ~ var('kpi_date') ~ "'" if var('kpi_date', '') else 'null' %}
select
    kpis.platform,
    kpis.kpi_date,
    kpis.is_complete,
    kpis.reports_total,
    kpis.reports_ai,
    kpis.reports_human,
    kpis.bans_issued,
    kpis.auto_blocks,
    kpis.panic_events,
    kpis.mismatch_reports,
    kpis.moderation_actions,
    kpis.appeals_processed,
    kpis.incidents,
    kpis.safety_score,
    kpis.safety_score_trend
from {{ ref('safety_kpi_daily') }} as kpis
where
    kpis.kpi_date = coalesce(
        cast({{ kpi_date }} as date),
        (
            select max(days.kpi_date)
            from {{ ref('safety_kpi_daily') }} as days
            where days.is_complete and days.platform = kpis.platform
        )
    )
order by kpis.platform
