{%- set metrics = mart_metrics('platform_kpi_daily') -%}
{%- set regional = mart_metrics('platform_kpi_daily_by_region') -%}
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

platform_days as (

    select days.*
    from {{ ref('int_platform_days') }} as days
    inner join first_dates on days.platform = first_dates.platform
    where days.kpi_date > first_dates.after_date

),

country_days as (

    select days.*
    from {{ ref('int_country_days') }} as days
    inner join first_dates on days.platform = first_dates.platform
    where days.kpi_date > first_dates.after_date

),

region_days as (

    select
        platform,
        region,
        kpi_date,
        is_complete,
        {%- for metric in regional if metric != 'refund_rate' %}
        sum({{ metric }}) as {{ metric }},
        {%- endfor %}
        {{ rate_of('sum(refund_amount)', 'sum(total_revenue)') }} as refund_rate
    from country_days
    group by platform, region, kpi_date, is_complete

),

unfolded as (

    {%- for metric in metrics %}
    select
        platform,
        '{{ metric }}' as metric,
        'ALL' as region,
        kpi_date,
        is_complete,
        cast({{ metric }} as double) as value
    from platform_days

    union all
    {% endfor %}
    {%- for metric in regional %}
    select
        platform,
        '{{ metric }}' as metric,
        region,
        kpi_date,
        is_complete,
        cast({{ metric }} as double) as value
    from region_days
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

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
