-- As metric_daily, with the dates before its first one that anomaly scores and alert rules look back at: marts are
-- cut after everything is computed.
with anomaly_params as (

    select * from {{ ref('anomaly_params') }}

),

alert_params as (

    {{ pivot_params('alert_params', ['keep_days']) }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

look_back as (

    select {{ var('daily_retention_days') }} + max(residual_days + 7 * season_weeks) as days
    from anomaly_params

    union all

    select max(alert_params.keep_days + coalesce(rules.reference_days, 0))
    from rules
    cross join alert_params

),

first_dates as (

    select
        platforms.platform,
        min({{ add_days('platforms.current_date_local', '-look_back.days') }}) as after_date
    from platforms
    cross join look_back
    group by platforms.platform

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
    platform,
    metric,
    region,
    kpi_date,
    is_complete,
    value
from unfolded
