{{ config(
    severity='error',
    meta={'owner': 'revenue', 'reason': 'Two marts show the revenue of a stream: they must agree to the cent.'}
) }}
-- Each stream of a date in revenue_daily against its two columns of platform_kpi_daily. A stream that a
-- platform does not have is 0 there and has no row here.
{%- set streams = [
    'chat', 'voice', 'video', 'calendar', 'events', 'tips', 'gifts', 'og_subscription', 'games', 'other'
] %}
with columns_as_rows as (

    {%- for stream in streams %}
    select
        platform,
        kpi_date,
        '{{ stream }}' as stream,
        {{ stream }}_revenue as revenue,
        {{ stream }}_platform_earnings as platform_earnings
    from {{ ref('platform_kpi_daily') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

stream_days as (

    select * from {{ ref('revenue_daily') }}

)

select
    coalesce(columns_as_rows.platform, stream_days.platform) as platform,
    coalesce(columns_as_rows.kpi_date, stream_days.kpi_date) as kpi_date,
    coalesce(columns_as_rows.stream, stream_days.stream) as stream,
    columns_as_rows.revenue as revenue_in_platform_kpi_daily,
    stream_days.revenue as revenue_in_revenue_daily,
    columns_as_rows.platform_earnings as earnings_in_platform_kpi_daily,
    stream_days.platform_earnings as earnings_in_revenue_daily
from columns_as_rows
full outer join stream_days
    on
        columns_as_rows.platform = stream_days.platform
        and columns_as_rows.kpi_date = stream_days.kpi_date
        and columns_as_rows.stream = stream_days.stream
where
    columns_as_rows.platform is null
    or columns_as_rows.revenue <> coalesce(stream_days.revenue, 0)
    or columns_as_rows.platform_earnings <> coalesce(stream_days.platform_earnings, 0)
