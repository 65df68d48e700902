{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'The leaderboard is the sum of the complete days of creator_kpi_daily, and nobody is left out.'
}) }}

with days as (

    select
        platform,
        creator_id,
        kpi_date,
        total_earned_amount,
        sessions_count
    from {{ ref('creator_kpi_daily') }}
    where is_complete

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

windows as (

    select * from {{ ref('leaderboard_windows') }}

),

sums as (

    select
        days.platform,
        windows.window_days,
        windows.max_rank,
        days.creator_id,
        sum(days.total_earned_amount) as total_earned_amount,
        sum(days.sessions_count) as sessions_count
    from days
    inner join platforms on days.platform = platforms.platform
    inner join windows
        on {{ days_between('days.kpi_date', 'platforms.current_date_local') }} <= windows.window_days
    group by days.platform, windows.window_days, windows.max_rank, days.creator_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by platform, window_days order by total_earned_amount desc, creator_id asc
        ) as rank
    from sums
    where total_earned_amount > 0

),

expected as (

    select * from ranked where rank <= max_rank

)

select
    coalesce(expected.platform, board.platform) as platform,
    coalesce(expected.window_days, board.window_days) as window_days,
    coalesce(expected.rank, board.rank) as rank,
    expected.creator_id as expected_creator_id,
    board.creator_id,
    expected.total_earned_amount as expected_amount,
    board.total_earned_amount,
    expected.sessions_count as expected_sessions,
    board.sessions_count
from expected
full outer join {{ ref('creator_leaderboard') }} as board
    on
        expected.platform = board.platform
        and expected.window_days = board.window_days
        and expected.rank = board.rank
where
    expected.creator_id is null
    or board.creator_id is null
    or expected.creator_id <> board.creator_id
    or expected.total_earned_amount <> board.total_earned_amount
    or expected.sessions_count <> board.sessions_count
