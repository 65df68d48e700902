with users as (

    select user_id from {{ ref('dim_users') }} where platform = 'halobuzz'

),

dates as (

    select * from {{ ref('int_dates') }} where platform = 'halobuzz'

),

platforms as (

    select * from {{ ref('int_platforms') }} where platform = 'halobuzz'

),

purchases as (

    select
        money.business_date,
        money.cash,
        users.user_id as known_user_id,
        coalesce(money.payment_method, 'unknown') as payment_method
    from {{ ref('int_money') }} as money
    left join users on money.user_id = users.user_id
    where money.platform = 'halobuzz' and money.kind = 'purchase'

),

keys as (

    select distinct payment_method from purchases

),

days as (

    select
        business_date,
        payment_method,
        sum(cash) as cash_revenue,
        count(*) as transaction_count,
        count(distinct known_user_id) as paying_users
    from purchases
    group by business_date, payment_method

)

select
    dates.kpi_date,
    keys.payment_method,
    dates.is_complete,
    {{ as_money('coalesce(days.cash_revenue, 0)') }} as cash_revenue,
    cast(coalesce(days.transaction_count, 0) as bigint) as transaction_count,
    cast(coalesce(days.paying_users, 0) as bigint) as paying_users
from dates
cross join keys
cross join platforms
left join days
    on dates.kpi_date = days.business_date and keys.payment_method = days.payment_method
where {{ is_kept_date('dates.kpi_date') }}
