-- HaloBuzz GET /kpis: every KPI of its list over a range of dates (Australia/Sydney), beside the range of
-- the same length before it. Vars from_date and to_date, else the last 7 complete dates. Money is USD;
-- users and hosts are means per date (mau: of the last date).
{%- set from_date = "'" ~ var('from_date') ~ "'" if var('from_date', '') else 'null' %}
{%- set to_date = "'" ~ var('to_date') ~ "'" if var('to_date', '') else 'null' %}
{%- set metrics = [
    ('revenue', 'total_revenue', 'sum(total_revenue)'),
    ('revenue', 'gift_revenue', 'sum(gift_revenue)'),
    ('revenue', 'coin_topup_revenue', 'sum(coin_topup_revenue)'),
    ('revenue', 'platform_fees', 'sum(platform_fees)'),
    ('engagement', 'dau', 'avg(dau)'),
    ('engagement', 'mau', 'max_by(mau, kpi_date)'),
    ('engagement', 'avg_session_minutes', 'avg(avg_session_minutes)'),
    ('engagement', 'avg_viewers_per_stream',
        'sum(avg_viewers_per_stream * total_streams) / nullif(sum(total_streams), 0)'),
    ('engagement', 'total_streams', 'sum(total_streams)'),
    ('engagement', 'stream_minutes', 'sum(stream_minutes)'),
    ('engagement', 'battles', 'sum(battles)'),
    ('engagement', 'battle_participants', 'sum(battle_participants)'),
    ('engagement', 'gifts_sent', 'sum(gifts_sent)'),
    ('engagement', 'messages_sent', 'sum(messages_sent)'),
    ('monetization', 'arpu_per_date', 'sum(total_revenue) / nullif(sum(dau), 0)'),
    ('monetization', 'arppu_per_date', 'sum(total_revenue) / nullif(sum(paying_users), 0)'),
    ('monetization', 'payer_rate', 'sum(paying_users) / nullif(cast(sum(dau) as double), 0)'),
    ('monetization', 'avg_gift_value', 'sum(gift_revenue) / nullif(sum(gifts_sent), 0)'),
    ('monetization', 'coin_topup_coins', 'sum(coin_topup_coins)'),
    ('monetization', 'og_conversion_rate',
        'sum(og_subscribers_new) / nullif(cast(sum(new_users) as double), 0)'),
    ('creators', 'active_hosts', 'avg(active_hosts)'),
    ('creators', 'new_hosts', 'sum(new_hosts)'),
    ('creators', 'host_retention_rate', 'max_by(host_retention_rate, kpi_date)'),
    ('safety', 'flagged_content', 'sum(reports_total)'),
    ('safety', 'banned_users', 'sum(bans_issued)'),
    ('safety', 'appeals_processed', 'sum(appeals_processed)'),
    ('safety', 'moderation_actions', 'sum(moderation_actions)'),
    ('safety', 'safety_score', 'avg(safety_score)'),
    ('gaming', 'games_played', 'sum(games_played)'),
    ('gaming', 'total_stakes', 'sum(total_stakes)'),
    ('gaming', 'total_payouts', 'sum(total_payouts)'),
    ('gaming', 'house_edge_rate',
        '(sum(total_stakes) - sum(total_payouts)) / nullif(cast(sum(total_stakes) as double), 0)'),
    ('gaming', 'avg_game_minutes', 'avg(avg_game_minutes)'),
    ('gaming', 'active_players', 'avg(active_players)')
] %}
with bounds as (

    select
        coalesce(cast({{ from_date }} as date), {{ add_days('max(kpi_date)', '-6') }}) as from_date,
        coalesce(cast({{ to_date }} as date), max(kpi_date)) as to_date
    from {{ ref('livestream_kpi_daily') }}
    where is_complete

),

ranges as (

    select
        'current' as range_name,
        from_date,
        to_date
    from bounds

    union all

    select
        'previous' as range_name,
        {{ add_days('from_date', '-1 - ' ~ days_between('from_date', 'to_date')) }} as from_date,
        {{ add_days('from_date', '-1') }} as to_date
    from bounds

),

days as (

    select
        ranges.range_name,
        live.*,
        platform_days.total_revenue,
        platform_days.paying_users,
        platform_days.new_users,
        safety.reports_total,
        safety.bans_issued,
        safety.appeals_processed,
        safety.moderation_actions,
        safety.safety_score,
        gaming.games_played,
        gaming.active_players,
        gaming.total_stakes,
        gaming.total_payouts,
        gaming.house_edge_rate,
        gaming.avg_game_minutes
    from ranges
    inner join {{ ref('livestream_kpi_daily') }} as live
        on ranges.from_date <= live.kpi_date and ranges.to_date >= live.kpi_date
    inner join {{ ref('platform_kpi_daily') }} as platform_days
        on live.kpi_date = platform_days.kpi_date and platform_days.platform = 'halobuzz'
    inner join {{ ref('safety_kpi_daily') }} as safety
        on live.kpi_date = safety.kpi_date and safety.platform = 'halobuzz'
    inner join {{ ref('gaming_kpi_daily') }} as gaming
        on live.kpi_date = gaming.kpi_date

),

measured as (

    {%- for section, metric, expression in metrics %}
    select
        {{ loop.index }} as position,
        '{{ section }}' as section,
        '{{ metric }}' as metric,
        range_name,
        cast({{ expression }} as double) as value
    from days
    group by range_name

    union all
    {% endfor %}

    select
        101 as position,
        'revenue by payment method' as section,
        parts.payment_method as metric,
        ranges.range_name,
        cast(sum(parts.cash_revenue) as double) as value
    from {{ ref('revenue_by_payment_method_daily') }} as parts
    inner join ranges on parts.kpi_date >= ranges.from_date and parts.kpi_date <= ranges.to_date
    group by parts.payment_method, ranges.range_name

    union all

    select
        102 as position,
        'revenue by OG tier' as section,
        concat('tier ', cast(parts.og_tier as {{ dbt.type_string() }})) as metric,
        ranges.range_name,
        cast(sum(parts.cash_revenue) as double) as value
    from {{ ref('revenue_by_og_tier_daily') }} as parts
    inner join ranges on parts.kpi_date >= ranges.from_date and parts.kpi_date <= ranges.to_date
    group by parts.og_tier, ranges.range_name

),

compared as (

    select
        position,
        section,
        metric,
        max(case when range_name = 'current' then value end) as value,
        max(case when range_name = 'previous' then value end) as previous_value
    from measured
    group by position, section, metric

)

select
    section,
    metric,
    value,
    previous_value,
    value / nullif(previous_value, 0) - 1 as growth_rate
from compared
order by position, metric
