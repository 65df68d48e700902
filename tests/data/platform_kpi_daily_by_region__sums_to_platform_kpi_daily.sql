{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'The contract promises that sums over countries equal platform_kpi_daily.'}
) }}
-- One row per date and column that differs. The rate is no sum.
{%- set metrics = [
    'new_users', 'active_users', 'paying_users', 'churned_users', 'cash_revenue', 'total_revenue', 'refund_count',
    'refund_amount', 'chargeback_count', 'chargeback_amount', 'panic_events', 'mismatch_reports'
] %}
with countries as (

    select
        platform,
        kpi_date,
        {%- for metric in metrics %}
        sum({{ metric }}) as {{ metric }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('platform_kpi_daily_by_region') }}
    group by platform, kpi_date

),

days as (

    select * from {{ ref('platform_kpi_daily') }}

),

compared as (

    {%- for metric in metrics %}
    select
        coalesce(days.platform, countries.platform) as platform,
        coalesce(days.kpi_date, countries.kpi_date) as kpi_date,
        '{{ metric }}' as metric,
        cast(days.{{ metric }} as decimal(38, 4)) as value_of_the_platform,
        cast(countries.{{ metric }} as decimal(38, 4)) as sum_of_countries
    from days
    full outer join countries
        on days.platform = countries.platform and days.kpi_date = countries.kpi_date
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

)

select *
from compared
where
    value_of_the_platform <> sum_of_countries
    or value_of_the_platform is null
    or sum_of_countries is null
