{#
    What metric_daily and int_metric_days have in common: one row for each metric (mart_metrics) of the
    platform and, below it, of its regions.

    platform_days: a relation or CTE with the columns of platform_kpi_daily; region_days: what
    add_up_countries gives. Gives: platform, metric, region (ALL for the platform), kpi_date, is_complete, value.
#}
{% macro unfold_metrics(platform_days, region_days) -%}
    {%- for metric in mart_metrics('platform_kpi_daily') %}
    select
        platform,
        '{{ metric }}' as metric,
        'ALL' as region,
        kpi_date,
        is_complete,
        cast({{ metric }} as double) as value
    from {{ platform_days }}

    union all
    {% endfor %}
    {%- for metric in mart_metrics('platform_kpi_daily_by_region') %}
    select
        platform,
        '{{ metric }}' as metric,
        region,
        kpi_date,
        is_complete,
        cast({{ metric }} as double) as value
    from {{ region_days }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}


{#
    The metrics of a region: sums over its countries, and the refund rate of the sums.

    country_days: a relation or CTE with the columns of platform_kpi_daily_by_region.
#}
{% macro add_up_countries(country_days) -%}
    select
        platform,
        region,
        kpi_date,
        is_complete,
        {%- for metric in mart_metrics('platform_kpi_daily_by_region') if metric != 'refund_rate' %}
        sum({{ metric }}) as {{ metric }},
        {%- endfor %}
        {{ rate_of('sum(refund_amount)', 'sum(total_revenue)') }} as refund_rate
    from {{ country_days }}
    group by platform, region, kpi_date, is_complete
{%- endmacro %}
