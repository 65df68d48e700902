{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'The long form must say what the wide marts say, a NULL metric included.'}
) }}
-- Per platform, metric and region: the number of dates, of values, and their sum. Regional metrics are
-- added over countries, but for the refund rate, which comes from the sums.
{%- set metrics = mart_metrics('platform_kpi_daily') %}
{%- set regional = mart_metrics('platform_kpi_daily_by_region') %}
with days as (

    select * from {{ ref('platform_kpi_daily') }}

),

region_days as (

    select
        platform,
        region,
        kpi_date,
        {%- for metric in regional if metric != 'refund_rate' %}
        sum({{ metric }}) as {{ metric }},
        {%- endfor %}
        case
            when sum(total_revenue) <> 0
                then cast(sum(refund_amount) as double) / cast(sum(total_revenue) as double)
        end as refund_rate
    from {{ ref('platform_kpi_daily_by_region') }}
    group by platform, region, kpi_date

),

expected as (

    {%- for metric in metrics %}
    select
        platform,
        '{{ metric }}' as metric,
        'ALL' as region,
        count(*) as date_count,
        count({{ metric }}) as value_count,
        coalesce(sum(cast({{ metric }} as double)), 0) as value_sum
    from days
    group by platform

    union all
    {% endfor %}
    {%- for metric in regional %}
    select
        platform,
        '{{ metric }}' as metric,
        region,
        count(*) as date_count,
        count({{ metric }}) as value_count,
        coalesce(sum(cast({{ metric }} as double)), 0) as value_sum
    from region_days
    group by platform, region
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

unfolded as (

    select
        platform,
        metric,
        region,
        count(*) as date_count,
        count(value) as value_count,
        coalesce(sum(value), 0) as value_sum
    from {{ ref('metric_daily') }}
    group by platform, metric, region

)

select
    coalesce(expected.platform, unfolded.platform) as platform,
    coalesce(expected.metric, unfolded.metric) as metric,
    coalesce(expected.region, unfolded.region) as region,
    expected.date_count,
    unfolded.date_count as date_count_unfolded,
    expected.value_count,
    unfolded.value_count as value_count_unfolded,
    expected.value_sum,
    unfolded.value_sum as value_sum_unfolded
from expected
full outer join unfolded
    on
        expected.platform = unfolded.platform
        and expected.metric = unfolded.metric
        and expected.region = unfolded.region
where
    expected.platform is null
    or unfolded.platform is null
    or expected.date_count <> unfolded.date_count
    or expected.value_count <> unfolded.value_count
    -- sums of binary floats in another order
    or abs(expected.value_sum - unfolded.value_sum) > 0.000001 * greatest(1, abs(expected.value_sum))
