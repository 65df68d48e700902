{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'A host has the same earnings, streams and gifts in both marts.'
}) }}

with hosts as (

    select * from {{ ref('host_performance_daily') }}

),

-- creators who are hosts
creators as (

    select * from {{ ref('creator_kpi_daily') }} where platform = 'halobuzz'

)

select
    coalesce(hosts.host_id, creators.creator_id) as host_id,
    coalesce(hosts.kpi_date, creators.kpi_date) as kpi_date,
    hosts.net_earnings,
    creators.total_earned_amount,
    hosts.streams,
    creators.sessions_count,
    hosts.gifts_received,
    creators.interactions_count
from hosts
full outer join creators
    on hosts.host_id = creators.creator_id and hosts.kpi_date = creators.kpi_date
where
    coalesce(hosts.net_earnings, 0) <> coalesce(creators.total_earned_amount, 0)
    or coalesce(hosts.streams, 0) <> coalesce(creators.sessions_count, 0)
    or coalesce(hosts.gifts_received, 0) <> coalesce(creators.interactions_count, 0)
