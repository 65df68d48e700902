-- Every metric that a guardrail watches: platform, region, date, value, base and people concerned. Where rules
-- of one metric may look back over windows of their own, by window.
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

    select
        max(case when guardrail_id = 'fraud_concentration' then window_days end) as fraud_days,
        max(case when guardrail_id = 'toxic_revenue' then window_days end) as toxic_days,
        max(case when guardrail_id = 'refund_spike' then baseline_days end) as refund_baseline_days,
        max(case when guardrail_id = 'refund_spike' then baseline_min_values end) as refund_min_values,
        max(case when guardrail_id = 'churn_spike' then baseline_days end) as churn_baseline_days,
        max(case when guardrail_id = 'churn_spike' then baseline_min_values end) as churn_min_values
    from {{ ref('guardrails') }}

),

chargeback_spans as (

    select distinct window_days from {{ ref('guardrails') }} where metric = 'chargeback_rate'

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

counts_leaving as (

    select
        counts.platform,
        counts.region,
        chargeback_spans.window_days,
        {{ add_days('counts.kpi_date', 'chargeback_spans.window_days') }} as kpi_date,
        counts.purchases,
        counts.chargebacks
    from counts
    cross join chargeback_spans

),

chargebackers as ( -- noqa: ST03

    select
        placed_money.platform,
        placed_money.region,
        placed_money.user_id,
        placed_money.business_date,
        chargeback_spans.window_days
    from placed_money
    cross join chargeback_spans
    where placed_money.chargeback_count > 0

),

chargebacker_changes as (

    {{ trailing_distinct('chargebackers', ['platform', 'region', 'window_days'], 'window_days') }}

),

chargeback_windows as (

    select
        place_dates.platform,
        place_dates.region,
        place_dates.kpi_date,
        chargeback_spans.window_days,
        sum(coalesce(counts.purchases, 0) - coalesce(counts_leaving.purchases, 0)) over (
            partition by place_dates.platform, place_dates.region, chargeback_spans.window_days
            order by place_dates.kpi_date
            rows between unbounded preceding and current row
        ) as purchases,
        sum(coalesce(counts.chargebacks, 0) - coalesce(counts_leaving.chargebacks, 0)) over (
            partition by place_dates.platform, place_dates.region, chargeback_spans.window_days
            order by place_dates.kpi_date
            rows between unbounded preceding and current row
        ) as chargebacks,
        sum(coalesce(chargebacker_changes.people_change, 0)) over (
            partition by place_dates.platform, place_dates.region, chargeback_spans.window_days
            order by place_dates.kpi_date
            rows between unbounded preceding and current row
        ) as people
    from place_dates
    cross join chargeback_spans
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
            and chargeback_spans.window_days = counts_leaving.window_days
    left join chargebacker_changes
        on
            place_dates.platform = chargebacker_changes.platform
            and place_dates.region = chargebacker_changes.region
            and place_dates.kpi_date = chargebacker_changes.kpi_date
            and chargeback_spans.window_days = chargebacker_changes.window_days

),

refunded as (

    select
        platform,
        business_date as kpi_date,
        count(distinct user_id) as people
    from refund_days
    group by platform, business_date

),

refund_baselines as (

    select
        days.platform,
        days.kpi_date,
        {{ exact_mean('earlier.refund_rate') }} as mean_rate,
        count(earlier.refund_rate) as rates
    from days
    cross join rules
    inner join days as earlier
        on
            days.platform = earlier.platform
            and earlier.kpi_date < days.kpi_date
            and earlier.kpi_date >= {{ add_days('days.kpi_date', '-rules.refund_baseline_days') }}
    group by days.platform, days.kpi_date

),

churn_baselines as (

    select
        days.platform,
        days.kpi_date,
        sum(earlier.churned_users) as churned_users,
        count(*) as dates
    from days
    cross join rules
    inner join days as earlier
        on
            days.platform = earlier.platform
            and earlier.kpi_date < days.kpi_date
            and earlier.kpi_date >= {{ add_days('days.kpi_date', '-rules.churn_baseline_days') }}
    group by days.platform, days.kpi_date

),

signaller_changes as (

    {{ trailing_distinct('(select signals.*, rules.fraud_days from signals cross join rules)',
        ['platform', 'fraud_days'], 'fraud_days') }}

),

signaller_windows as (

    select
        days.platform,
        days.kpi_date,
        days.active_users_30d,
        sum(coalesce(signaller_changes.people_change, 0)) over (
            partition by days.platform order by days.kpi_date
            rows between unbounded preceding and current row
        ) as people
    from days
    left join signaller_changes
        on days.platform = signaller_changes.platform and days.kpi_date = signaller_changes.kpi_date

),

toxic as (

    select
        money_days.platform,
        sum(money_days.total_revenue) as total_revenue,
        sum(case when scores.is_toxic_revenue then money_days.total_revenue else 0 end) as toxic_revenue
    from money_days
    inner join platforms on money_days.platform = platforms.platform
    cross join rules
    left join scores
        on money_days.platform = scores.platform and money_days.user_id = scores.user_id
    where money_days.business_date > {{ add_days('platforms.current_date_local', '-rules.toxic_days') }}
    group by money_days.platform

),

scored as (

    select
        platform,
        count(*) as scored_users,
        sum(case when is_toxic_revenue then 1 else 0 end) as toxic_users,
        sum(case when risk_level in ('high', 'critical') then 1 else 0 end) as high_risk_users
    from scores
    group by platform

)

select
    platform,
    region,
    kpi_date,
    'chargeback_rate' as metric,
    window_days,
    {{ rate_of('chargebacks', 'purchases') }} as value,
    purchases as base,
    people as affected_entities
from chargeback_windows

union all

select
    days.platform,
    'ALL' as region,
    days.kpi_date,
    'refund_rate_ratio',
    cast(null as integer),
    case
        when refund_baselines.rates >= rules.refund_min_values and refund_baselines.mean_rate > 0
            then days.refund_rate / refund_baselines.mean_rate
    end,
    days.refund_count,
    coalesce(refunded.people, 0)
from days
cross join rules
left join refund_baselines
    on days.platform = refund_baselines.platform and days.kpi_date = refund_baselines.kpi_date
left join refunded on days.platform = refunded.platform and days.kpi_date = refunded.kpi_date

union all

select
    days.platform,
    'ALL' as region,
    days.kpi_date,
    'churned_users_ratio',
    cast(null as integer),
    case
        when churn_baselines.dates >= rules.churn_min_values
            then {{ rate_of('(days.churned_users * churn_baselines.dates)', 'churn_baselines.churned_users') }}
    end,
    days.churned_users,
    days.churned_users
from days
cross join rules
left join churn_baselines
    on days.platform = churn_baselines.platform and days.kpi_date = churn_baselines.kpi_date

union all

select
    platform,
    'ALL' as region,
    kpi_date,
    'fraud_user_rate',
    cast(null as integer),
    {{ rate_of('people', 'active_users_30d') }},
    active_users_30d,
    people
from signaller_windows

union all

select
    platforms.platform,
    'ALL' as region,
    platforms.current_date_local,
    'toxic_revenue_rate',
    cast(null as integer),
    {{ rate_of('toxic.toxic_revenue', 'toxic.total_revenue') }},
    cast(null as bigint),
    coalesce(scored.toxic_users, 0)
from platforms
left join toxic on platforms.platform = toxic.platform
left join scored on platforms.platform = scored.platform
where platforms.first_date is not null

union all

select
    platforms.platform,
    'ALL' as region,
    platforms.current_date_local,
    'high_risk_user_rate',
    cast(null as integer),
    {{ rate_of('scored.high_risk_users', 'scored.scored_users') }},
    cast(null as bigint),
    coalesce(scored.high_risk_users, 0)
from platforms
left join scored on platforms.platform = scored.platform
where platforms.first_date is not null
