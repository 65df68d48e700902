-- What each guardrail watches: its metric over its own window or baseline, with the count that has to be reached
-- (base) and the people concerned.
with dates as (

    select * from {{ ref('int_dates') }}

),

days as (

    select * from {{ ref('int_platform_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

users as (

    select platform, user_id, region from {{ ref('dim_users') }}

),

region_money as (

    select * from {{ ref('int_region_money_days') }}

),

money_days as (

    select * from {{ ref('int_user_money_days') }}

),

refund_days as (

    select platform, user_id, business_date from {{ ref('int_user_money_days') }} where refund_count > 0

),

signals as ( -- noqa: ST03

    select
        signals.platform,
        coalesce(signals.user_id, signals.creator_id) as user_id,
        cast({{ to_local('signals.detected_at', 'platforms.time_zone') }} as date) as business_date
    from {{ ref('int_abuse_signals') }} as signals
    inner join platforms on signals.platform = platforms.platform

),

scores as (

    select * from {{ ref('user_risk_scores') }}

),

rules as (

    select * from {{ ref('guardrails') }}

),

chargeback_rules as (

    select guardrail_id, is_regional, window_days from rules where metric = 'chargeback_rate'

),

fraud_rules as ( -- noqa: ST03

    select guardrail_id, window_days from rules where metric = 'fraud_user_rate'

),

-- the platform as a whole is one more region
placed_money as (

    select platform, region, user_id, business_date, purchase_count, chargeback_count from region_money
    union all
    select platform, 'ALL' as region, user_id, business_date, purchase_count, chargeback_count from region_money

),

places as (

    select platform, region from users
    union
    select platform, region from placed_money
    union
    select platform, 'UNKNOWN' as region from platforms
    union
    select platform, 'ALL' as region from platforms

),

place_dates as (

    select
        dates.platform,
        places.region,
        dates.kpi_date
    from dates
    inner join places on dates.platform = places.platform

),

counts as (

    select
        platform,
        region,
        business_date as kpi_date,
        sum(purchase_count) as purchases,
        sum(chargeback_count) as chargebacks
    from placed_money
    group by platform, region, business_date

),

-- what is counted on a date leaves the window as many dates later
counts_leaving as (

    select
        counts.platform,
        counts.region,
        chargeback_rules.guardrail_id,
        {{ add_days('counts.kpi_date', 'chargeback_rules.window_days') }} as kpi_date,
        counts.purchases,
        counts.chargebacks
    from counts
    inner join chargeback_rules on chargeback_rules.is_regional = (counts.region <> 'ALL')

),

chargebackers as ( -- noqa: ST03

    select
        placed_money.platform,
        placed_money.region,
        placed_money.user_id,
        placed_money.business_date,
        chargeback_rules.guardrail_id,
        chargeback_rules.window_days
    from placed_money
    inner join chargeback_rules on chargeback_rules.is_regional = (placed_money.region <> 'ALL')
    where placed_money.chargeback_count > 0

),

chargebacker_changes as (

    {{ trailing_distinct('chargebackers', ['platform', 'region', 'guardrail_id', 'window_days'], 'window_days') }}

),

chargeback_windows as (

    select
        place_dates.platform,
        place_dates.region,
        place_dates.kpi_date,
        chargeback_rules.guardrail_id,
        sum(coalesce(counts.purchases, 0) - coalesce(counts_leaving.purchases, 0)) over (
            partition by place_dates.platform, place_dates.region, chargeback_rules.guardrail_id
            order by place_dates.kpi_date
            rows between unbounded preceding and current row
        ) as purchases,
        sum(coalesce(counts.chargebacks, 0) - coalesce(counts_leaving.chargebacks, 0)) over (
            partition by place_dates.platform, place_dates.region, chargeback_rules.guardrail_id
            order by place_dates.kpi_date
            rows between unbounded preceding and current row
        ) as chargebacks,
        sum(coalesce(chargebacker_changes.people_change, 0)) over (
            partition by place_dates.platform, place_dates.region, chargeback_rules.guardrail_id
            order by place_dates.kpi_date
            rows between unbounded preceding and current row
        ) as people
    from place_dates
    inner join chargeback_rules on chargeback_rules.is_regional = (place_dates.region <> 'ALL')
    left join counts
        on
            place_dates.platform = counts.platform
            and place_dates.region = counts.region
            and place_dates.kpi_date = counts.kpi_date
    left join counts_leaving
        on
            place_dates.platform = counts_leaving.platform
            and place_dates.region = counts_leaving.region
            and place_dates.kpi_date = counts_leaving.kpi_date
            and chargeback_rules.guardrail_id = counts_leaving.guardrail_id
    left join chargebacker_changes
        on
            place_dates.platform = chargebacker_changes.platform
            and place_dates.region = chargebacker_changes.region
            and place_dates.kpi_date = chargebacker_changes.kpi_date
            and chargeback_rules.guardrail_id = chargebacker_changes.guardrail_id

),

refunded as (

    select
        platform,
        business_date as kpi_date,
        count(distinct user_id) as people
    from refund_days
    group by platform, business_date

),

refund_ratios as (

    select
        rules.guardrail_id,
        days.platform,
        days.kpi_date,
        case
            when
                count(earlier.refund_rate) >= max(rules.baseline_min_values)
                and {{ exact_mean('earlier.refund_rate') }} > 0
                then max(days.refund_rate) / {{ exact_mean('earlier.refund_rate') }}
        end as value
    from days
    inner join rules on rules.metric = 'refund_rate_ratio'
    left join days as earlier
        on
            days.platform = earlier.platform
            and earlier.kpi_date < days.kpi_date
            and earlier.kpi_date >= {{ add_days('days.kpi_date', '-rules.baseline_days') }}
    group by rules.guardrail_id, days.platform, days.kpi_date

),

churn_ratios as (

    select
        rules.guardrail_id,
        days.platform,
        days.kpi_date,
        case
            when count(earlier.churned_users) >= max(rules.baseline_min_values)
                then {{ rate_of(
                    '(max(days.churned_users) * count(earlier.churned_users))', 'sum(earlier.churned_users)'
                ) }}
        end as value
    from days
    inner join rules on rules.metric = 'churned_users_ratio'
    left join days as earlier
        on
            days.platform = earlier.platform
            and earlier.kpi_date < days.kpi_date
            and earlier.kpi_date >= {{ add_days('days.kpi_date', '-rules.baseline_days') }}
    group by rules.guardrail_id, days.platform, days.kpi_date

),

signaller_changes as (

    {{ trailing_distinct('(select signals.*, fraud_rules.* from signals cross join fraud_rules)',
        ['platform', 'guardrail_id', 'window_days'], 'window_days') }}

),

signaller_windows as (

    select
        days.platform,
        days.kpi_date,
        days.active_users_30d,
        fraud_rules.guardrail_id,
        sum(coalesce(signaller_changes.people_change, 0)) over (
            partition by days.platform, fraud_rules.guardrail_id order by days.kpi_date
            rows between unbounded preceding and current row
        ) as people
    from days
    cross join fraud_rules
    left join signaller_changes
        on
            days.platform = signaller_changes.platform
            and days.kpi_date = signaller_changes.kpi_date
            and fraud_rules.guardrail_id = signaller_changes.guardrail_id

),

toxic as (

    select
        rules.guardrail_id,
        money_days.platform,
        sum(money_days.total_revenue) as total_revenue,
        sum(case when scores.is_toxic_revenue then money_days.total_revenue else 0 end) as toxic_revenue
    from money_days
    inner join platforms on money_days.platform = platforms.platform
    inner join rules on rules.metric = 'toxic_revenue_rate'
    left join scores
        on money_days.platform = scores.platform and money_days.user_id = scores.user_id
    where money_days.business_date > {{ add_days('platforms.current_date_local', '-rules.window_days') }}
    group by rules.guardrail_id, money_days.platform

),

scored as (

    select
        platform,
        count(*) as scored_users,
        sum(case when is_toxic_revenue then 1 else 0 end) as toxic_users,
        sum(case when risk_level in ('high', 'critical') then 1 else 0 end) as high_risk_users
    from scores
    group by platform

),

-- measured at as_of alone
current_dates as (

    select platform, current_date_local as kpi_date from platforms where first_date is not null

)

select
    guardrail_id,
    platform,
    region,
    kpi_date,
    {{ rate_of('chargebacks', 'purchases') }} as value,
    purchases as base,
    people as affected_entities
from chargeback_windows

union all

select
    refund_ratios.guardrail_id,
    days.platform,
    'ALL' as region,
    days.kpi_date,
    refund_ratios.value,
    days.refund_count,
    coalesce(refunded.people, 0)
from refund_ratios
inner join days on refund_ratios.platform = days.platform and refund_ratios.kpi_date = days.kpi_date
left join refunded on days.platform = refunded.platform and days.kpi_date = refunded.kpi_date

union all

select
    churn_ratios.guardrail_id,
    days.platform,
    'ALL' as region,
    days.kpi_date,
    churn_ratios.value,
    days.churned_users,
    days.churned_users
from churn_ratios
inner join days on churn_ratios.platform = days.platform and churn_ratios.kpi_date = days.kpi_date

union all

select
    guardrail_id,
    platform,
    'ALL' as region,
    kpi_date,
    {{ rate_of('people', 'active_users_30d') }},
    active_users_30d,
    people
from signaller_windows

union all

select
    rules.guardrail_id,
    current_dates.platform,
    'ALL' as region,
    current_dates.kpi_date,
    {{ rate_of('toxic.toxic_revenue', 'toxic.total_revenue') }},
    coalesce(scored.scored_users, 0),
    coalesce(scored.toxic_users, 0)
from current_dates
inner join rules on rules.metric = 'toxic_revenue_rate'
left join toxic on current_dates.platform = toxic.platform and rules.guardrail_id = toxic.guardrail_id
left join scored on current_dates.platform = scored.platform

union all

select
    rules.guardrail_id,
    current_dates.platform,
    'ALL' as region,
    current_dates.kpi_date,
    {{ rate_of('scored.high_risk_users', 'scored.scored_users') }},
    coalesce(scored.scored_users, 0),
    coalesce(scored.high_risk_users, 0)
from current_dates
inner join rules on rules.metric = 'high_risk_user_rate'
left join scored on current_dates.platform = scored.platform
