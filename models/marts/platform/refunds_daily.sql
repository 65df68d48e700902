with refunds as (

    select * from {{ ref('int_money') }} where kind = 'refund'

),

dates as (

    select * from {{ ref('int_dates') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

categories as (

    select distinct platform, category from refunds

),

days as (

    select
        platform,
        business_date,
        category,
        count(*) as refund_count,
        sum(tokens) as refund_tokens,
        sum(money) as refund_amount
    from refunds
    group by platform, business_date, category

)

select
    dates.platform,
    dates.kpi_date,
    categories.category,
    dates.is_complete,
    platforms.currency,
    cast(coalesce(days.refund_count, 0) as bigint) as refund_count,
    {{ as_money('coalesce(days.refund_tokens, 0)') }} as refund_tokens,
    {{ as_money('coalesce(days.refund_amount, 0)') }} as refund_amount
from dates
inner join platforms on dates.platform = platforms.platform
inner join categories on dates.platform = categories.platform
left join days
    on
        dates.platform = days.platform
        and dates.kpi_date = days.business_date
        and categories.category = days.category
where {{ is_kept_date('dates.kpi_date') }}
