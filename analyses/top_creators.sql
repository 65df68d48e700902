-- PACK 324A kpi_admin_getTopCreators(startDate, endDate, limit), for any range of dates; the usual
-- windows stand ready in creator_leaderboard. Vars from_date and to_date, else the last 7 complete dates
-- of each platform; top_n (10).
{%- set from_date = "'" ~ var('from_date') ~ "'" if var('from_date', '') else 'null' %}
{%- set to_date = "'" ~ var('to_date') ~ "'" if var('to_date', '') else 'null' %}
with bounds as (

    select
        platform,
        coalesce(cast({{ from_date }} as date), {{ add_days('max(kpi_date)', '-6') }}) as from_date,
        coalesce(cast({{ to_date }} as date), max(kpi_date)) as to_date
    from {{ ref('platform_kpi_daily') }}
    where is_complete
    group by platform

),

sums as (

    select
        days.platform,
        days.creator_id,
        days.currency,
        sum(days.total_earned_amount) as total_earned_amount,
        sum(days.sessions_count) as sessions_count,
        {{ days_between('min(bounds.from_date)', 'max(bounds.to_date)') }} + 1 as days_in_range
    from {{ ref('creator_kpi_daily') }} as days
    inner join bounds
        on
            days.platform = bounds.platform
            and days.kpi_date >= bounds.from_date
            and days.kpi_date <= bounds.to_date
    group by days.platform, days.creator_id, days.currency

),

ranked as (

    select
        *,
        row_number() over (partition by platform order by total_earned_amount desc, creator_id asc) as rank
    from sums
    where total_earned_amount > 0

)

select
    platform,
    rank,
    creator_id,
    currency,
    total_earned_amount,
    sessions_count,
    {{ as_money(money_per('total_earned_amount', 'days_in_range')) }} as average_daily_amount
from ranked
where rank <= {{ var('top_n', 10) }}
order by platform, rank
