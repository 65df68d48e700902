{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'Hosts earn what revenue_daily leaves of gifts; the parts of the tokens are the whole.'
}) }}

-- gifts: revenue minus fees is earned by a host, or by nobody where the gift names none
with earned as (

    select
        kpi_date,
        sum(total_earned_amount) as earned_amount
    from {{ ref('creator_kpi_daily') }}
    where platform = 'halobuzz'
    group by kpi_date

),

without_host as (

    select
        business_date as kpi_date,
        sum(stream_revenue - fee_money) as unearned_amount
    from {{ ref('int_money') }}
    where platform = 'halobuzz' and source = 'gift' and creator_id is null
    group by business_date

),

gifts as (

    select
        revenue.kpi_date,
        revenue.creator_earnings,
        coalesce(earned.earned_amount, 0) + coalesce(without_host.unearned_amount, 0) as found_amount
    from {{ ref('revenue_daily') }} as revenue
    left join earned on revenue.kpi_date = earned.kpi_date
    left join without_host on revenue.kpi_date = without_host.kpi_date
    where revenue.platform = 'halobuzz' and revenue.stream = 'gifts'

),

parts as (

    select
        kpi_date,
        total_earned_tokens,
        earned_tokens_chat + earned_tokens_voice + earned_tokens_video + earned_tokens_calendar
        + earned_tokens_events + earned_tokens_other as found_tokens
    from {{ ref('creator_kpi_daily') }}

)

select
    'gifts' as what,
    kpi_date,
    creator_earnings as expected,
    found_amount as found
from gifts
where creator_earnings <> found_amount

union all

select
    'tokens' as what,
    kpi_date,
    total_earned_tokens as expected,
    found_tokens as found
from parts
where total_earned_tokens <> found_tokens
