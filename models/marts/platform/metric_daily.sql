{%- set metrics = mart_metrics('platform_kpi_daily') -%}
{%- set regional = mart_metrics('platform_kpi_daily_by_region') -%}
with platform_days as (

    select * from {{ ref('platform_kpi_daily') }}

),

country_days as (

    select * from {{ ref('platform_kpi_daily_by_region') }}

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

final as (

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
    platform,
    metric,
    region,
    kpi_date,
    is_complete,
    value
from final
