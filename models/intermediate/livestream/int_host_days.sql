with streams as (

    select
        host_id,
        {{ business_date('started_at', 'halobuzz') }} as kpi_date,
        count(*) as streams,
        sum(coalesce(viewer_count, 0)) as viewers,
        -- an end before the start is no end
        sum(coalesce({{ micros_between('started_at', 'ended_at') }}, 0)) as stream_micros
    from {{ ref('stg_halobuzz__streams') }}
    group by 1, 2

),

battle_hosts as (

    select distinct
        document_id,
        started_at,
        {{ unnest_list('host_ids') }} as host_id
    from {{ ref('stg_halobuzz__battles') }}

),

battles as (

    select
        host_id,
        {{ business_date('started_at', 'halobuzz') }} as kpi_date,
        count(*) as battles
    from battle_hosts
    group by 1, 2

),

users as (

    select user_id from {{ ref('dim_users') }} where platform = 'halobuzz'

),

gifts as (

    select
        money.creator_id as host_id,
        money.business_date as kpi_date,
        count(*) as gifts_received,
        count(distinct users.user_id) as unique_gifters,
        sum(money.stream_revenue) as gift_revenue,
        sum(money.earned_amount) as net_earnings
    from {{ ref('int_money') }} as money
    left join users on money.user_id = users.user_id
    where
        money.platform = 'halobuzz'
        and money.source = 'gift'
        and money.creator_id is not null
    group by money.creator_id, money.business_date

),

host_dates as (

    select host_id, kpi_date from streams
    union
    select host_id, kpi_date from battles
    union
    select host_id, kpi_date from gifts

)

select
    host_dates.host_id,
    host_dates.kpi_date,
    coalesce(streams.streams, 0) as streams,
    coalesce(streams.stream_micros, 0) as stream_micros,
    coalesce(streams.viewers, 0) as viewers,
    coalesce(battles.battles, 0) as battles,
    coalesce(gifts.gifts_received, 0) as gifts_received,
    coalesce(gifts.unique_gifters, 0) as unique_gifters,
    coalesce(gifts.gift_revenue, 0) as gift_revenue,
    coalesce(gifts.net_earnings, 0) as net_earnings
from host_dates
{%- for source in ['streams', 'battles', 'gifts'] %}
left join {{ source }}
    on host_dates.host_id = {{ source }}.host_id and host_dates.kpi_date = {{ source }}.kpi_date
{%- endfor %}
