-- As metric_daily, but for the metrics of anomaly_params, and with the dates before its first one that the
-- scores of its dates look back at: marts are cut after everything is computed.
with params as (

    select * from {{ ref('anomaly_params') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

look_back as (

    select max(residual_days + 7 * season_weeks) as days from params

),

first_dates as (

    select
        platforms.platform,
        {{ add_days('platforms.current_date_local', '-(' ~ var('daily_retention_days') ~ ' + look_back.days)') }}
            as after_date
    from platforms
    cross join look_back

),

platform_days as ( -- noqa: ST03

    select days.*
    from {{ ref('int_platform_days') }} as days
    inner join first_dates on days.platform = first_dates.platform
    where days.kpi_date > first_dates.after_date

),

country_days as ( -- noqa: ST03

    select days.*
    from {{ ref('int_country_days') }} as days
    inner join first_dates on days.platform = first_dates.platform
    where days.kpi_date > first_dates.after_date

),

region_days as (

    {{ add_up_countries('country_days') }}

),

unfolded as (

    {{ unfold_metrics('platform_days', 'region_days') }}

)

select
    unfolded.platform,
    unfolded.metric,
    unfolded.region,
    unfolded.kpi_date,
    unfolded.is_complete,
    unfolded.value
from unfolded
inner join params
    on
        unfolded.metric = params.metric
        and (unfolded.region = 'ALL' or params.is_regional)
