with days as (

    select * from {{ ref('int_host_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }} where platform = 'halobuzz'

)

select
    days.host_id,
    days.kpi_date,
    days.kpi_date < platforms.current_date_local as is_complete,
    cast(days.streams as bigint) as streams,
    {{ micros_to_minutes('days.stream_micros') }} as stream_minutes,
    cast(days.viewers as bigint) as viewers,
    {{ rate_of('days.viewers', 'days.streams') }} as avg_viewers,
    cast(days.battles as bigint) as battles,
    cast(days.gifts_received as bigint) as gifts_received,
    cast(days.unique_gifters as bigint) as unique_gifters,
    {{ as_money('days.gift_revenue') }} as gift_revenue,
    {{ as_money('days.net_earnings') }} as net_earnings
from days
cross join platforms
where {{ is_kept_date('days.kpi_date') }}
