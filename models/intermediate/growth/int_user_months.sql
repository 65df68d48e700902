{{ config(materialized='increment', meta={'increment_by': ['platform', 'user_id', 'month']}) }}

with active_days as (

    select * from {{ ref('int_active_days') }}
    where {{ every_key(['platform', 'user_id', 'month']) }}

),

money_days as (

    select * from {{ ref('int_user_money_days') }}
    where {{ every_key(['platform', 'user_id', 'month']) }}

),

days as (

    select
        platform,
        user_id,
        month,
        last_active_at,
        1 as active_days,
        0 as paying_days,
        cast(0 as decimal(18, 4)) as payment_amount,
        cast(0 as decimal(18, 4)) as total_revenue
    from active_days

    union all

    select
        platform,
        user_id,
        month,
        null,
        0,
        case when payment_count > 0 then 1 else 0 end,
        payment_amount,
        total_revenue
    from money_days

)

select
    platform,
    user_id,
    month,
    max(last_active_at) as last_active_at,
    cast(sum(active_days) as bigint) as active_days,
    cast(sum(paying_days) as bigint) as paying_days,
    {{ as_money('sum(payment_amount)') }} as payment_amount,
    {{ as_money('sum(total_revenue)') }} as total_revenue
from days
group by platform, user_id, month
