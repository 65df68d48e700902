{%- set params = [
    'window_days', 'health_weight_revenue_quality', 'health_weight_fraud_risk', 'health_weight_churn_risk',
    'health_weight_regional_risk', 'fraud_risk_zero_rate', 'churn_risk_zero_rate',
    'regional_risk_min_scored_users', 'ltv_window_days', 'ltv_max_months'
] -%}
with executive_days as (

    select * from {{ ref('executive_revenue_daily') }}

),

executive_sums as (

    select platform, kpi_date, total_revenue_30d, toxic_revenue_30d from {{ ref('int_executive_days') }}

),

days as (

    select * from {{ ref('int_platform_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

regions as (

    select * from {{ ref('region_risk_profiles') }}

),

scores as (

    select platform, risk_level from {{ ref('user_risk_scores') }}

),

payer_days as (

    select money_days.platform, money_days.user_id, money_days.business_date
    from {{ ref('int_user_money_days') }} as money_days
    inner join {{ ref('dim_users') }} as users
        on money_days.platform = users.platform and money_days.user_id = users.user_id
    where money_days.payment_count > 0

),

levels as (

    select * from {{ ref('risk_levels') }} where score = 'health'

),

params as (

    {{ pivot_params('executive_params', params) }}

),

latest as (

    select executive_days.*
    from executive_days
    inner join platforms
        on
            executive_days.platform = platforms.platform
            and executive_days.kpi_date = {{ add_days('platforms.current_date_local', -1) }}

),

high_risk as (

    select
        platform,
        {{ rate_of("sum(case when risk_level in ('high', 'critical') then 1 else 0 end)", 'count(*)') }}
            as high_risk_user_rate
    from scores
    group by platform

),

region_losses as (

    select
        platform,
        region,
        total_revenue - risk_adjusted_revenue as loss,
        row_number() over (
            partition by platform order by total_revenue - risk_adjusted_revenue desc, region
        ) as loss_rank
    from regions

),

-- the worst region that has enough scored users to be judged
region_scores as (

    select
        regions.platform,
        max(regions.avg_risk_score) as worst_score
    from regions
    cross join params
    where regions.users_scored >= params.regional_risk_min_scored_users
    group by regions.platform

),

churned as (

    select
        days.platform,
        sum(days.churned_users_ever_active) as churned_users
    from days
    inner join platforms on days.platform = platforms.platform
    cross join params
    where
        days.kpi_date < platforms.current_date_local
        and days.kpi_date >= {{ add_days('platforms.current_date_local', '-params.window_days') }}
    group by days.platform

),

active_before as (

    select
        days.platform,
        days.active_users_30d
    from days
    inner join platforms on days.platform = platforms.platform
    cross join params
    where days.kpi_date = {{ add_days('platforms.current_date_local', '-params.window_days - 1') }}

),

-- payers of the last window and of the one before
payers as (

    select
        payer_days.platform,
        payer_days.user_id,
        max(case
            when payer_days.business_date >= {{ add_days('platforms.current_date_local', '-params.ltv_window_days') }}
                then 1
            else 0
        end) as paid_now,
        max(case
            when payer_days.business_date < {{ add_days('platforms.current_date_local', '-params.ltv_window_days') }}
                then 1
            else 0
        end) as paid_before
    from payer_days
    inner join platforms on payer_days.platform = platforms.platform
    cross join params
    where
        payer_days.business_date < platforms.current_date_local
        and payer_days.business_date >= {{ add_days('platforms.current_date_local', '-2 * params.ltv_window_days') }}
    group by payer_days.platform, payer_days.user_id

),

payer_counts as (

    select
        platform,
        sum(paid_now) as payers_now,
        sum(paid_before) as payers_before,
        sum(paid_now * paid_before) as payers_kept
    from payers
    group by platform

),

ltv_revenue as (

    select
        days.platform,
        sum(days.total_revenue) as total_revenue
    from days
    inner join platforms on days.platform = platforms.platform
    cross join params
    where
        days.kpi_date < platforms.current_date_local
        and days.kpi_date >= {{ add_days('platforms.current_date_local', '-params.ltv_window_days') }}
    group by days.platform

),

monthly as (

    select
        payer_counts.platform,
        payer_counts.payers_before,
        payer_counts.payers_kept,
        params.ltv_max_months,
        {{ money_per('ltv_revenue.total_revenue', 'payer_counts.payers_now') }} as monthly_arppu
    from payer_counts
    cross join params
    inner join ltv_revenue on payer_counts.platform = ltv_revenue.platform

),

-- arppu / monthly churn, churn being at least 1 / max months: payers before / payers lost, at most max months
lifetimes as (

    select
        platform,
        case
            when payers_before > 0 and payers_before >= ltv_max_months * (payers_before - payers_kept)
                then {{ as_money('cast(monthly_arppu as decimal(26, 4)) * ltv_max_months') }}
            when payers_before > 0
                then {{ money_per('monthly_arppu * payers_before', '(payers_before - payers_kept)') }}
        end as average_ltv
    from monthly

),

parts as (

    select
        latest.platform,
        case
            when latest.total_revenue_30d > 0 then {{ rounded_score(
                'least(100, greatest(0, 100 * cast(latest.net_revenue_30d as double) / cast(latest.total_revenue_30d as double)))'
            ) }}
            else 0
        end as revenue_quality,
        case
            when latest.total_revenue_30d > 0 then {{ rounded_score(
                '100 * (1 - least(1, latest.toxic_revenue_rate_30d / cast(params.fraud_risk_zero_rate as double)))'
            ) }}
            else 100
        end as fraud_risk,
        case
            when active_before.active_users_30d > 0 then {{ rounded_score(
                '100 * (1 - least(1, cast(coalesce(churned.churned_users, 0) as double) / active_before.active_users_30d / cast(params.churn_risk_zero_rate as double)))'
            ) }}
            else 100
        end as churn_risk,
        {{ rounded_score('100 - coalesce(region_scores.worst_score, 0)') }} as regional_risk
    from latest
    cross join params
    left join churned on latest.platform = churned.platform
    left join active_before on latest.platform = active_before.platform
    left join region_scores on latest.platform = region_scores.platform

),

health as (

    select
        parts.*,
        {{ rounded_score(
            'params.health_weight_revenue_quality * parts.revenue_quality'
            ~ ' + params.health_weight_fraud_risk * parts.fraud_risk'
            ~ ' + params.health_weight_churn_risk * parts.churn_risk'
            ~ ' + params.health_weight_regional_risk * parts.regional_risk'
        ) }} as health_score
    from parts
    cross join params

),

-- of the sums themselves: the rate is a binary float
adjusted as (

    select
        lifetimes.platform,
        lifetimes.average_ltv,
        case
            when sums.total_revenue_30d = 0 then lifetimes.average_ltv
            else {{ money_share(
                'lifetimes.average_ltv', '(sums.total_revenue_30d - sums.toxic_revenue_30d)', 'sums.total_revenue_30d'
            ) }}
        end as fraud_adjusted_ltv
    from lifetimes
    inner join latest on lifetimes.platform = latest.platform
    inner join executive_sums as sums
        on latest.platform = sums.platform and latest.kpi_date = sums.kpi_date

)

select
    latest.platform,
    latest.kpi_date,
    latest.is_complete,
    latest.currency,
    latest.total_revenue,
    latest.refund_amount,
    latest.chargeback_amount,
    latest.net_revenue,
    latest.refund_rate,
    latest.total_revenue_30d,
    latest.net_revenue_30d,
    latest.risk_adjusted_revenue_30d,
    latest.toxic_revenue_rate_30d,
    latest.chargeback_rate_30d,
    latest.month_to_date_revenue,
    latest.revenue_growth_mom,
    latest.fraud_signal_count,
    latest.fraud_affected_users,
    latest.estimated_fraud_loss,
    high_risk.high_risk_user_rate,
    adjusted.average_ltv,
    adjusted.fraud_adjusted_ltv,
    1 - {{ rate_of('adjusted.fraud_adjusted_ltv', 'adjusted.average_ltv') }} as ltv_adjustment_rate,
    region_losses.region as top_risk_region,
    {{ as_money('region_losses.loss') }} as top_risk_region_loss,
    health.health_score,
    levels.level as health_status,
    cast(health.revenue_quality as double) as revenue_quality,
    cast(health.fraud_risk as double) as fraud_risk,
    cast(health.churn_risk as double) as churn_risk,
    health.regional_risk
from latest
inner join health on latest.platform = health.platform
inner join levels on {{ is_in_band('health.health_score', 'levels') }}
left join high_risk on latest.platform = high_risk.platform
left join adjusted on latest.platform = adjusted.platform
left join region_losses on latest.platform = region_losses.platform and region_losses.loss_rank = 1
