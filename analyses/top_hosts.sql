-- HaloBuzz: top creators by revenue, streams and viewers. Vars from_date and to_date, else the last 7
-- complete dates; top_n (10): a host is listed where it is among the first of any of the three.
{%- set from_date = "'" ~ var('from_date') ~ "'" if var('from_date', '') else 'null' %}
{%- set to_date = "'" ~ var('to_date') ~ "'" if var('to_date', '') else 'null' %}
with bounds as (

    select
        coalesce(cast({{ from_date }} as date), {{ add_days('max(kpi_date)', '-6') }}) as from_date,
        coalesce(cast({{ to_date }} as date), max(kpi_date)) as to_date
    from {{ ref('livestream_kpi_daily') }}
    where is_complete

),

sums as (

    select
        hosts.host_id,
        sum(hosts.gift_revenue) as gift_revenue,
        sum(hosts.net_earnings) as net_earnings,
        sum(hosts.streams) as streams,
        sum(hosts.stream_minutes) as stream_minutes,
        sum(hosts.viewers) as viewers
    from {{ ref('host_performance_daily') }} as hosts
    inner join bounds
        on hosts.kpi_date >= bounds.from_date and hosts.kpi_date <= bounds.to_date
    group by hosts.host_id

),

ranked as (

    select
        *,
        row_number() over (order by gift_revenue desc, host_id asc) as rank_by_revenue,
        row_number() over (order by streams desc, host_id asc) as rank_by_streams,
        row_number() over (order by viewers desc, host_id asc) as rank_by_viewers
    from sums

)

select *
from ranked
where
    rank_by_revenue <= {{ var('top_n', 10) }}
    or rank_by_streams <= {{ var('top_n', 10) }}
    or rank_by_viewers <= {{ var('top_n', 10) }}
order by rank_by_revenue
