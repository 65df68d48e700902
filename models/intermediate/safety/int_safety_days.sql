with dates as (

    select * from {{ ref('int_dates') }}

),

platform_days as (

    select * from {{ ref('int_platform_days') }}

),

events as (

    select * from {{ ref('int_safety_events') }}

),

params as (

    select
        max(case when param = 'safety_score_zero_rate' then value end) as zero_rate,
        max(case when param = 'safety_score_min_active_users' then value end) as min_active_users
    from {{ ref('safety_params') }}

),

days as (

    select
        platform,
        business_date as kpi_date,
        sum(case when is_report then 1 else 0 end) as reports_total,
        sum(case when kind = 'report_ai' then 1 else 0 end) as reports_ai,
        sum(case when kind = 'report_human' then 1 else 0 end) as reports_human,
        sum(case when kind = 'ban' then 1 else 0 end) as bans_issued,
        sum(case when kind = 'auto_block' then 1 else 0 end) as auto_blocks,
        sum(case when kind = 'panic' then 1 else 0 end) as panic_events,
        sum(case when kind = 'mismatch' then 1 else 0 end) as mismatch_reports,
        sum(case when is_moderation_action then 1 else 0 end) as moderation_actions,
        sum(case when kind = 'appeal_processed' then 1 else 0 end) as appeals_processed
    from events
    group by platform, business_date

),

dense as (

    select
        dates.platform,
        dates.kpi_date,
        dates.is_complete,
        platform_days.active_users,
        {%- for column in [
            'reports_total', 'reports_ai', 'reports_human', 'bans_issued', 'auto_blocks', 'panic_events',
            'mismatch_reports', 'moderation_actions', 'appeals_processed'
        ] %}
        coalesce(days.{{ column }}, 0) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from dates
    inner join platform_days
        on dates.platform = platform_days.platform and dates.kpi_date = platform_days.kpi_date
    left join days
        on dates.platform = days.platform and dates.kpi_date = days.kpi_date

),

-- incidents per active user, in whole millionths: 0 at no incident, full at the zero rate
weighed as (

    select
        dense.*,
        params.min_active_users,
        1000000 * (dense.reports_total + dense.panic_events + dense.mismatch_reports) as incident_units,
        cast(params.zero_rate * 1000000 as bigint)
        * case when dense.active_users > 1 then dense.active_users else 1 end as zero_units
    from dense
    cross join params

),

scored as (

    select
        *,
        case
            when active_users < min_active_users then null
            when incident_units >= zero_units then 0
            else {{ rounded_ratio('100 * (zero_units - incident_units)', 'zero_units') }}
        end as safety_score
    from weighed

)

select
    platform,
    kpi_date,
    is_complete,
    reports_total,
    reports_ai,
    reports_human,
    bans_issued,
    auto_blocks,
    panic_events,
    mismatch_reports,
    moderation_actions,
    appeals_processed,
    cast(safety_score as double) as safety_score
from scored
