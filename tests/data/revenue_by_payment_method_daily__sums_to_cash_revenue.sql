{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'The parts by payment methods are the whole cash revenue.'
}) }}

with parts as (

    select
        kpi_date,
        sum(cash_revenue) as cash_revenue
    from {{ ref('revenue_by_payment_method_daily') }}
    group by kpi_date

)

select
    days.kpi_date,
    days.cash_revenue as expected_revenue,
    parts.cash_revenue as found_revenue
from {{ ref('platform_kpi_daily') }} as days
left join parts on days.kpi_date = parts.kpi_date
where
    days.platform = 'halobuzz'
    and days.cash_revenue <> coalesce(parts.cash_revenue, 0)
