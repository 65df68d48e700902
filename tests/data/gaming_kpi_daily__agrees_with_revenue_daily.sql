{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'Stakes are the revenue of games, and what is not paid out the platform keeps.'
}) }}

with gaming as (

    select * from {{ ref('gaming_kpi_daily') }}

),

revenue as (

    select * from {{ ref('revenue_daily') }} where platform = 'halobuzz' and stream = 'games'

)

select
    coalesce(gaming.kpi_date, revenue.kpi_date) as kpi_date,
    gaming.total_stakes,
    revenue.revenue,
    gaming.total_payouts,
    revenue.platform_earnings,
    gaming.games_played,
    revenue.transaction_count,
    gaming.active_players,
    revenue.paying_users
from gaming
full outer join revenue on gaming.kpi_date = revenue.kpi_date
where
    gaming.kpi_date is null
    or revenue.kpi_date is null
    or gaming.total_stakes <> revenue.revenue
    or gaming.total_stakes - gaming.total_payouts <> revenue.platform_earnings
    or gaming.games_played <> revenue.transaction_count
    or gaming.active_players <> revenue.paying_users
