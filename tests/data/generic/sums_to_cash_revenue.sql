{#
    The rows of a date together are the cash_revenue of platform_kpi_daily, for every date of the platform.

    model: a mart of one platform with kpi_date and cash_revenue.
#}
{% test sums_to_cash_revenue(model, platform) %}

with parts as (

    select
        kpi_date,
        sum(cash_revenue) as cash_revenue
    from {{ model }}
    group by kpi_date

)

select
    days.kpi_date,
    days.cash_revenue as expected_revenue,
    parts.cash_revenue as found_revenue
from {{ ref('platform_kpi_daily') }} as days
left join parts on days.kpi_date = parts.kpi_date
where
    days.platform = '{{ platform }}'
    and days.cash_revenue <> coalesce(parts.cash_revenue, 0)

{% endtest %}
