with dates as (

    select * from {{ ref('int_dates') }} where platform = 'halobuzz'

),

platforms as (

    select * from {{ ref('int_platforms') }} where platform = 'halobuzz'

),

users as (

    select user_id from {{ ref('dim_users') }} where platform = 'halobuzz'

),

stakes as (

    select
        money.business_date as kpi_date,
        count(*) as games_played,
        count(distinct users.user_id) as active_players,
        sum(money.money) as total_stakes,
        sum(money.payout_money) as total_payouts
    from {{ ref('int_money') }} as money
    left join users on money.user_id = users.user_id
    where money.platform = 'halobuzz' and money.source = 'game'
    group by money.business_date

),

lengths as (

    select
        business_date as kpi_date,
        sum({{ micros_between('occurred_at', 'ended_at') }}) as game_micros,
        count({{ micros_between('occurred_at', 'ended_at') }}) as ended_games
    from {{ ref('int_interactions') }}
    where platform = 'halobuzz' and kind = 'game_session'
    group by business_date

)

select
    dates.kpi_date,
    dates.is_complete,
    cast(coalesce(stakes.games_played, 0) as bigint) as games_played,
    cast(coalesce(stakes.active_players, 0) as bigint) as active_players,
    {{ as_money('coalesce(stakes.total_stakes, 0)') }} as total_stakes,
    {{ as_money('coalesce(stakes.total_payouts, 0)') }} as total_payouts,
    {{ rate_of('(stakes.total_stakes - stakes.total_payouts)', 'stakes.total_stakes') }} as house_edge_rate,
    {{ micros_to_minutes('lengths.game_micros') }} / nullif(lengths.ended_games, 0) as avg_game_minutes
from dates
cross join platforms
left join stakes on dates.kpi_date = stakes.kpi_date
left join lengths on dates.kpi_date = lengths.kpi_date
where {{ is_kept_date('dates.kpi_date') }}
