with days as (

    select * from {{ ref('int_creator_days') }}

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
        platforms.currency,
        sum(days.total_earned_amount) as total_earned_amount,
        sum(days.sessions_count) as sessions_count
    from days
    inner join platforms on days.platform = platforms.platform
    inner join windows
        on
            days.business_date < platforms.current_date_local
            and days.business_date >= {{ add_days('platforms.current_date_local', '-windows.window_days') }}
    group by
        days.platform,
        windows.window_days,
        windows.max_rank,
        days.creator_id,
        platforms.currency

),

totals as (

    select
        platform,
        window_days,
        sum(total_earned_amount) as window_amount
    from sums
    group by platform, window_days

),

ranked as (

    select
        *,
        row_number() over (
            partition by platform, window_days order by total_earned_amount desc, creator_id
        ) as rank
    from sums
    where total_earned_amount > 0

)

select
    ranked.platform,
    cast(ranked.window_days as bigint) as window_days,
    cast(ranked.rank as bigint) as rank,
    ranked.creator_id,
    ranked.currency,
    {{ as_money('ranked.total_earned_amount') }} as total_earned_amount,
    cast(ranked.sessions_count as bigint) as sessions_count,
    {{ money_per('ranked.total_earned_amount', 'ranked.window_days') }} as average_daily_amount,
    {{ rate_of('ranked.total_earned_amount', 'totals.window_amount') }} as share_of_total
from ranked
inner join totals
    on ranked.platform = totals.platform and ranked.window_days = totals.window_days
where ranked.rank <= ranked.max_rank
