{{ config(severity='error', meta={
    'owner': 'trust-and-safety',
    'reason': 'Two marts give one number: reports, bans, panic and mismatch alerts.'
}) }}

with safety as (

    select * from {{ ref('safety_kpi_daily') }}

),

platform_days as (

    select * from {{ ref('platform_kpi_daily') }}

)

select
    coalesce(safety.platform, platform_days.platform) as platform,
    coalesce(safety.kpi_date, platform_days.kpi_date) as kpi_date,
    safety.reports_total,
    platform_days.moderation_flags,
    safety.bans_issued as safety_bans,
    platform_days.bans_issued as platform_bans,
    safety.panic_events as safety_panic,
    platform_days.panic_events as platform_panic,
    safety.mismatch_reports as safety_mismatch,
    platform_days.mismatch_reports as platform_mismatch
from safety
full outer join platform_days
    on safety.platform = platform_days.platform and safety.kpi_date = platform_days.kpi_date
where
    safety.kpi_date is null
    or platform_days.kpi_date is null
    or safety.reports_total <> platform_days.moderation_flags
    or safety.reports_ai + safety.reports_human <> safety.reports_total
    or safety.bans_issued <> platform_days.bans_issued
    or safety.panic_events <> platform_days.panic_events
    or safety.mismatch_reports <> platform_days.mismatch_reports
