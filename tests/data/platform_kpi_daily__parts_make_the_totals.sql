{{ config(
    severity='error',
    meta={'owner': 'revenue', 'reason': 'A total of a row is the sum of the parts beside it.'}
) }}
-- Stream columns against their sums, and total_revenue against what it is on the platform.
{%- set streams = [
    'chat', 'voice', 'video', 'calendar', 'events', 'tips', 'gifts', 'og_subscription', 'games', 'other'
] %}
with days as (

    select
        *,
        0
        {%- for stream in streams %}
        + {{ stream }}_revenue
        {%- endfor %} as stream_sum,
        0
        {%- for stream in streams %}
        + {{ stream }}_platform_earnings
        {%- endfor %} as earnings_sum
    from {{ ref('platform_kpi_daily') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

)

select
    days.platform,
    days.kpi_date,
    platforms.revenue_basis,
    days.stream_sum,
    days.stream_revenue_total,
    days.earnings_sum,
    days.total_platform_earnings,
    days.cash_revenue,
    days.total_revenue
from days
inner join platforms on days.platform = platforms.platform
where
    days.stream_sum <> days.stream_revenue_total
    or days.earnings_sum <> days.total_platform_earnings
    or (platforms.revenue_basis = 'streams' and days.total_revenue <> days.stream_revenue_total)
    or (platforms.revenue_basis = 'cash' and days.total_revenue <> days.cash_revenue)
