-- Purchases and chargebacks by date and region of the user, with the people behind them.
with money_days as (

    select * from {{ ref('int_user_money_days') }}
    where purchase_count + chargeback_count > 0

),

users as (

    select platform, user_id, region from {{ ref('dim_users') }}

)

select
    money_days.platform,
    coalesce(users.region, 'UNKNOWN') as region,
    money_days.user_id,
    money_days.business_date,
    money_days.purchase_count,
    money_days.chargeback_count
from money_days
left join users
    on money_days.platform = users.platform and money_days.user_id = users.user_id
