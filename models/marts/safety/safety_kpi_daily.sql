with days as (

    select * from {{ ref('int_safety_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

trend_days as (

    select cast(value as integer) as trend_days
    from {{ ref('safety_params') }}
    where param = 'safety_score_trend_days'

),

-- the scores of the dates before, in hundredths
before as (

    select
        days.platform,
        days.kpi_date,
        sum(round(100 * earlier.safety_score)) as score_sum,
        count(earlier.safety_score) as score_count
    from days
    cross join trend_days
    inner join days as earlier
        on
            days.platform = earlier.platform
            and earlier.kpi_date < days.kpi_date
            and earlier.kpi_date >= {{ add_days('days.kpi_date', '-trend_days.trend_days') }}
    group by days.platform, days.kpi_date

)

select
    days.platform,
    days.kpi_date,
    days.is_complete,
    cast(days.reports_total as bigint) as reports_total,
    cast(days.reports_ai as bigint) as reports_ai,
    cast(days.reports_human as bigint) as reports_human,
    cast(days.bans_issued as bigint) as bans_issued,
    cast(days.auto_blocks as bigint) as auto_blocks,
    cast(days.panic_events as bigint) as panic_events,
    cast(days.mismatch_reports as bigint) as mismatch_reports,
    cast(days.moderation_actions as bigint) as moderation_actions,
    cast(days.appeals_processed as bigint) as appeals_processed,
    cast(days.reports_total + days.panic_events + days.mismatch_reports as bigint) as incidents,
    days.safety_score,
    case when days.safety_score is not null then
        {{ rounded_ratio(
            'before.score_count * round(100 * days.safety_score) - before.score_sum',
            '(100 * before.score_count)'
        ) }}
    end as safety_score_trend
from days
inner join platforms on days.platform = platforms.platform
left join before
    on days.platform = before.platform and days.kpi_date = before.kpi_date
where {{ is_kept_date('days.kpi_date') }}
