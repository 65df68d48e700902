{{ config(
    severity='error',
    meta={'owner': 'revenue', 'reason': 'Every refund has one category, so categories add up to all refunds.'}
) }}
-- A platform without any refund has no categories and no rows: its sums are 0.
with categories as (

    select
        platform,
        kpi_date,
        sum(refund_count) as refund_count,
        sum(refund_amount) as refund_amount
    from {{ ref('refunds_daily') }}
    group by platform, kpi_date

),

days as (

    select * from {{ ref('platform_kpi_daily') }}

)

select
    coalesce(days.platform, categories.platform) as platform,
    coalesce(days.kpi_date, categories.kpi_date) as kpi_date,
    days.refund_count,
    categories.refund_count as refund_count_of_categories,
    days.refund_amount,
    categories.refund_amount as refund_amount_of_categories
from days
full outer join categories
    on days.platform = categories.platform and days.kpi_date = categories.kpi_date
where
    days.platform is null
    or days.refund_count <> coalesce(categories.refund_count, 0)
    or days.refund_amount <> coalesce(categories.refund_amount, 0)
