with money as (

    select * from {{ ref('int_money') }} where stream is not null

),

users as (

    select platform, user_id from {{ ref('dim_users') }}

),

splits as (

    select * from {{ ref('revenue_splits') }}

),

dates as (

    select * from {{ ref('int_dates') }}

),

days as (

    select
        money.platform,
        money.business_date,
        money.stream,
        sum(case when money.is_token_spend or money.kind = 'order' then money.tokens else 0 end) as tokens,
        sum(money.stream_revenue) as revenue,
        sum(coalesce(money.event_platform_earnings, 0)) as event_platform_earnings,
        count(*) as transaction_count,
        count(distinct users.user_id) as paying_users
    from money
    left join users
        on money.platform = users.platform and money.user_id = users.user_id
    group by money.platform, money.business_date, money.stream

),

dense as (

    select
        dates.platform,
        dates.kpi_date,
        dates.is_complete,
        splits.stream,
        splits.method,
        splits.platform_share,
        coalesce(days.tokens, 0) as tokens,
        coalesce(days.revenue, 0) as revenue,
        coalesce(days.event_platform_earnings, 0) as event_platform_earnings,
        coalesce(days.transaction_count, 0) as transaction_count,
        coalesce(days.paying_users, 0) as paying_users
    from dates
    inner join splits on dates.platform = splits.platform
    left join days
        on
            dates.platform = days.platform
            and dates.kpi_date = days.business_date
            and splits.stream = days.stream

),

shared as (

    select
        *,
        case
            when method = 'share' then {{ as_money('revenue * platform_share') }}
            else {{ as_money('event_platform_earnings') }}
        end as platform_earnings
    from dense

)

select
    platform,
    kpi_date,
    is_complete,
    stream,
    {{ as_money('tokens') }} as tokens,
    {{ as_money('revenue') }} as revenue,
    platform_earnings,
    -- what a game does not keep goes to its players, not to a creator
    case
        when method = 'stake_minus_payout' then cast(0 as decimal(18, 4))
        else {{ as_money('revenue - platform_earnings') }}
    end as creator_earnings,
    transaction_count,
    paying_users
from shared
