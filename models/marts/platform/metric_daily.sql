with platform_days as ( -- noqa: ST03

    select * from {{ ref('platform_kpi_daily') }}

),

country_days as ( -- noqa: ST03

    select * from {{ ref('platform_kpi_daily_by_region') }}

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
