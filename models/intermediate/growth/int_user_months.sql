with user_days as (

    select platform, user_id, business_date from {{ ref('int_user_days') }}

),

money_days as (

    select * from {{ ref('int_user_money_days') }}

),

active_months as (

    select
        platform,
        user_id,
        {{ period_start('month', 'business_date') }} as month,
        count(*) as active_days
    from user_days
    group by platform, user_id, {{ period_start('month', 'business_date') }}

),

money_months as (

    select
        platform,
        user_id,
        {{ period_start('month', 'business_date') }} as month,
        sum(total_revenue) as total_revenue
    from money_days
    group by platform, user_id, {{ period_start('month', 'business_date') }}

),

months as (

    select platform, user_id, month from active_months
    union
    select platform, user_id, month from money_months

)

select
    months.platform,
    months.user_id,
    months.month,
    coalesce(active_months.active_days, 0) as active_days,
    {{ as_money('coalesce(money_months.total_revenue, 0)') }} as total_revenue
from months
left join active_months
    on
        months.platform = active_months.platform
        and months.user_id = active_months.user_id
        and months.month = active_months.month
left join money_months
    on
        months.platform = money_months.platform
        and months.user_id = money_months.user_id
        and months.month = money_months.month
