with users as (

    select user_id, og_tier from {{ ref('dim_users') }} where platform = 'halobuzz'

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
        coalesce(money.og_tier, users.og_tier, 0) as og_tier
    from {{ ref('int_money') }} as money
    left join users on money.user_id = users.user_id
    where money.platform = 'halobuzz' and money.kind = 'purchase'

),

keys as (

    select distinct og_tier from purchases

),

days as (

    select
        business_date,
        og_tier,
        sum(cash) as cash_revenue,
        count(*) as transaction_count,
        count(distinct known_user_id) as paying_users
    from purchases
    group by business_date, og_tier

)

select
    dates.kpi_date,
    keys.og_tier,
    dates.is_complete,
    {{ as_money('coalesce(days.cash_revenue, 0)') }} as cash_revenue,
    cast(coalesce(days.transaction_count, 0) as bigint) as transaction_count,
    cast(coalesce(days.paying_users, 0) as bigint) as paying_users
from dates
cross join keys
cross join platforms
left join days
    on dates.kpi_date = days.business_date and keys.og_tier = days.og_tier
where {{ is_kept_date('dates.kpi_date') }}
