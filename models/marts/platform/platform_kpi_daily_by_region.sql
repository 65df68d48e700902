with days as (

    select * from {{ ref('int_country_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

)

select
    days.platform,
    days.region,
    days.country_code,
    days.kpi_date,
    days.is_complete,
    platforms.currency,
    cast(days.new_users as bigint) as new_users,
    cast(days.active_users as bigint) as active_users,
    cast(days.paying_users as bigint) as paying_users,
    cast(days.churned_users as bigint) as churned_users,
    cast(days.cash_revenue as decimal(18, 4)) as cash_revenue,
    cast(days.total_revenue as decimal(18, 4)) as total_revenue,
    cast(days.refund_count as bigint) as refund_count,
    cast(days.refund_amount as decimal(18, 4)) as refund_amount,
    {{ rate_of('days.refund_amount', 'days.total_revenue') }} as refund_rate,
    cast(days.chargeback_count as bigint) as chargeback_count,
    cast(days.chargeback_amount as decimal(18, 4)) as chargeback_amount,
    cast(days.panic_events as bigint) as panic_events,
    cast(days.mismatch_reports as bigint) as mismatch_reports
from days
inner join platforms on days.platform = platforms.platform
where {{ is_kept_date('days.kpi_date') }}
