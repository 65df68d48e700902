{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'Two marts give one number: users, gifts, cash, ARPU.'
}) }}

with live as (

    select * from {{ ref('livestream_kpi_daily') }}

),

platform_days as (

    select * from {{ ref('platform_kpi_daily') }} where platform = 'halobuzz'

)

select
    coalesce(live.kpi_date, platform_days.kpi_date) as kpi_date,
    live.dau,
    platform_days.active_users,
    live.mau,
    platform_days.active_users_30d,
    live.gift_revenue,
    platform_days.gifts_revenue,
    live.coin_topup_revenue,
    platform_days.cash_revenue,
    live.arpu as livestream_arpu,
    platform_days.arpu as platform_arpu
from live
full outer join platform_days on live.kpi_date = platform_days.kpi_date
where
    live.kpi_date is null
    or platform_days.kpi_date is null
    or live.dau <> platform_days.active_users
    or live.mau <> platform_days.active_users_30d
    or live.gift_revenue <> platform_days.gifts_revenue
    or live.coin_topup_revenue + platform_days.og_subscription_revenue <> platform_days.cash_revenue
    or coalesce(live.arpu, -1) <> coalesce(platform_days.arpu, -1)
    or coalesce(live.arppu, -1) <> coalesce(platform_days.arppu, -1)
    or coalesce(live.payer_rate, -1) <> coalesce(platform_days.payer_rate, -1)
