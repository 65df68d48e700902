with days as (

    select * from {{ ref('int_executive_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

)

select
    days.platform,
    days.kpi_date,
    days.is_complete,
    days.currency,
    {{ as_money('days.total_revenue') }} as total_revenue,
    {{ as_money('days.refund_amount') }} as refund_amount,
    {{ as_money('days.chargeback_amount') }} as chargeback_amount,
    {{ as_money('days.net_revenue') }} as net_revenue,
    days.refund_rate,
    {{ as_money('days.total_revenue_30d') }} as total_revenue_30d,
    {{ as_money('days.net_revenue_30d') }} as net_revenue_30d,
    {{ as_money('days.net_revenue_30d - days.toxic_net_30d') }} as risk_adjusted_revenue_30d,
    {{ rate_of('days.toxic_revenue_30d', 'days.total_revenue_30d') }} as toxic_revenue_rate_30d,
    {{ rate_of('days.chargeback_count_30d', 'days.purchase_count_30d') }} as chargeback_rate_30d,
    {{ as_money('days.month_to_date_revenue') }} as month_to_date_revenue,
    days.revenue_growth_mom,
    cast(days.fraud_signal_count as bigint) as fraud_signal_count,
    cast(days.fraud_affected_users as bigint) as fraud_affected_users,
    {{ as_money('days.estimated_fraud_loss') }} as estimated_fraud_loss
from days
inner join platforms on days.platform = platforms.platform
where {{ is_kept_date('days.kpi_date') }}
