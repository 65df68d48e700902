{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'Hosts together are the platform: streams, minutes, viewers, gifts.'
}) }}

with hosts as (

    select
        kpi_date,
        sum(streams) as streams,
        sum(stream_minutes) as stream_minutes,
        sum(viewers) as viewers,
        sum(gifts_received) as gifts,
        sum(gift_revenue) as gift_revenue
    from {{ ref('host_performance_daily') }}
    group by kpi_date

),

-- gifts that name no host are in the platform's sums only
without_host as (

    select
        business_date as kpi_date,
        count(*) as gifts,
        sum(stream_revenue) as gift_revenue
    from {{ ref('int_money') }}
    where platform = 'halobuzz' and source = 'gift' and creator_id is null
    group by business_date

),

compared as (

    select
        days.kpi_date,
        days.total_streams,
        days.stream_minutes,
        days.avg_viewers_per_stream,
        days.gifts_sent,
        days.gift_revenue,
        coalesce(hosts.streams, 0) as found_streams,
        coalesce(hosts.stream_minutes, 0) as found_minutes,
        {{ rate_of('hosts.viewers', 'hosts.streams') }} as found_viewers,
        coalesce(hosts.gifts, 0) + coalesce(without_host.gifts, 0) as found_gifts,
        coalesce(hosts.gift_revenue, 0) + coalesce(without_host.gift_revenue, 0) as found_revenue
    from {{ ref('livestream_kpi_daily') }} as days
    left join hosts on days.kpi_date = hosts.kpi_date
    left join without_host on days.kpi_date = without_host.kpi_date

)

select *
from compared
where
    total_streams <> found_streams
    -- a sum of minutes in another order differs in the last digits
    or abs(stream_minutes - found_minutes) > 0.000001
    or coalesce(avg_viewers_per_stream, -1) <> coalesce(found_viewers, -1)
    or gifts_sent <> found_gifts
    or gift_revenue <> found_revenue
