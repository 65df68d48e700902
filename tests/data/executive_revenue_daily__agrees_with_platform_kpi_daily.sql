{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'The management and the platform teams read one revenue for every date.'
}) }}

with executive_days as (

    select * from {{ ref('executive_revenue_daily') }}

),

platform_days as (

    select * from {{ ref('platform_kpi_daily') }}

)

select
    coalesce(executive_days.platform, platform_days.platform) as platform,
    coalesce(executive_days.kpi_date, platform_days.kpi_date) as kpi_date,
    executive_days.total_revenue,
    platform_days.total_revenue as platform_total_revenue,
    executive_days.refund_amount,
    platform_days.refund_amount as platform_refund_amount,
    executive_days.chargeback_amount,
    platform_days.chargeback_amount as platform_chargeback_amount
from executive_days
full outer join platform_days
    on
        executive_days.platform = platform_days.platform
        and executive_days.kpi_date = platform_days.kpi_date
where
    executive_days.platform is null
    or platform_days.platform is null
    or executive_days.is_complete <> platform_days.is_complete
    or executive_days.currency <> platform_days.currency
    or executive_days.total_revenue <> platform_days.total_revenue
    or executive_days.refund_amount <> platform_days.refund_amount
    or executive_days.chargeback_amount <> platform_days.chargeback_amount
    or coalesce(executive_days.refund_rate, -1) <> coalesce(platform_days.refund_rate, -1)
