{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'The dashboard shows the last complete day of each platform as executive_revenue_daily has it.'
}) }}

with executive_days as (

    select * from {{ ref('executive_revenue_daily') }} where is_complete

),

latest as (

    select
        platform,
        max(kpi_date) as kpi_date
    from executive_days
    group by platform

),

expected as (

    select executive_days.*
    from executive_days
    inner join latest
        on executive_days.platform = latest.platform and executive_days.kpi_date = latest.kpi_date

),

dashboard as (

    select * from {{ ref('executive_dashboard') }}

)

select
    coalesce(dashboard.platform, expected.platform) as platform,
    dashboard.kpi_date,
    expected.kpi_date as expected_date,
    dashboard.net_revenue_30d,
    expected.net_revenue_30d as expected_net_revenue_30d
from dashboard
full outer join expected on dashboard.platform = expected.platform
where
    dashboard.platform is null
    or expected.platform is null
    or dashboard.kpi_date <> expected.kpi_date
    or dashboard.total_revenue <> expected.total_revenue
    or dashboard.net_revenue_30d <> expected.net_revenue_30d
    or dashboard.risk_adjusted_revenue_30d <> expected.risk_adjusted_revenue_30d
    or dashboard.month_to_date_revenue <> expected.month_to_date_revenue
    or dashboard.estimated_fraud_loss <> expected.estimated_fraud_loss
