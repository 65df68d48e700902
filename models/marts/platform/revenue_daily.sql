with days as (

    select * from {{ ref('int_stream_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

)

select
    days.platform,
    days.kpi_date,
    days.stream,
    days.is_complete,
    platforms.currency,
    cast(days.tokens as decimal(18, 4)) as tokens,
    cast(days.revenue as decimal(18, 4)) as revenue,
    cast(days.platform_earnings as decimal(18, 4)) as platform_earnings,
    cast(days.creator_earnings as decimal(18, 4)) as creator_earnings,
    cast(days.transaction_count as bigint) as transaction_count,
    cast(days.paying_users as bigint) as paying_users
from days
inner join platforms on days.platform = platforms.platform
where {{ is_kept_date('days.kpi_date') }}
