-- Twenty questions that dashboards and analysts ask of the marts. One statement per name.
-- No query knows a date: "today" is the last date that a mart has.

-- name: kpis_90_days
select
    platform, kpi_date, active_users, new_users, paying_users, churned_users, total_revenue, arpu, payer_rate
from marts.platform_kpi_daily
where kpi_date > (select max(kpi_date) from marts.platform_kpi_daily) - interval 90 day
order by platform, kpi_date;

-- name: revenue_by_stream
select
    platform, stream, currency, sum(revenue) as revenue, sum(platform_earnings) as platform_earnings,
    sum(transaction_count) as transactions
from marts.revenue_daily
where is_complete and kpi_date > (select max(kpi_date) from marts.revenue_daily) - interval 30 day
group by platform, stream, currency
order by platform, revenue desc;

-- name: revenue_by_week_and_stream
select platform, date_trunc('week', kpi_date) as week, stream, sum(revenue) as revenue
from marts.revenue_daily
where is_complete
group by platform, week, stream
order by platform, week, stream;

-- name: top_creators
select platform, rank, creator_id, total_earned_amount, currency, share_of_total
from marts.creator_leaderboard
where window_days = 30 and rank <= 20
order by platform, rank;

-- name: creator_page
select current_kpis.*, daily.kpi_date, daily.total_earned_amount, daily.sessions_count
from marts.creator_kpi_current as current_kpis
left join marts.creator_kpi_daily as daily
    on
        current_kpis.platform = daily.platform
        and current_kpis.creator_id = daily.creator_id
        and daily.kpi_date > (select max(kpi_date) from marts.creator_kpi_daily) - interval 30 day
where current_kpis.creator_id = (
    select creator_id from marts.creator_leaderboard
    where window_days = 30 order by platform, rank limit 1
)
order by daily.kpi_date;

-- name: creators_who_fell_behind
with weeks as (
    select
        platform, creator_id,
        sum(case when kpi_date > last_day - interval 7 day then total_earned_amount else 0 end) as this_week,
        sum(case when kpi_date <= last_day - interval 7 day then total_earned_amount else 0 end) as week_before
    from marts.creator_kpi_daily
    cross join (select max(kpi_date) as last_day from marts.creator_kpi_daily) as days
    where kpi_date > last_day - interval 14 day
    group by platform, creator_id
)

select platform, creator_id, this_week, week_before
from weeks
where week_before > 0 and this_week < week_before / 2
order by week_before - this_week desc
limit 50;

-- name: cohort_triangle
select platform, cohort_month, period_index, cohort_size, retention_rate, cumulative_revenue_per_user
from marts.cohort_retention
order by platform, cohort_month, period_index;

-- name: funnel_last_month
select platform, step_number, step, sum(users) as users
from marts.funnel_daily
where is_mature and funnel_date > (select max(funnel_date) from marts.funnel_daily) - interval 30 day
group by platform, step_number, step
order by platform, step_number;

-- name: churn_by_cause
select platform, churn_cause, sum(users) as users, sum(lifetime_spend) as lifetime_spend, currency
from marts.churn_by_cause
group by platform, churn_cause, currency
order by platform, users desc;

-- name: win_back_list
select user_id, churn_score, churn_cause, days_inactive, lifetime_spend, offer, priority_rank
from marts.retention_targets
where platform = 'avalo' and priority_rank <= 100
order by priority_rank;

-- name: risk_by_country
select country_code, users_scored, avg_risk_score, chargeback_rate, toxic_revenue, risk_adjusted_revenue
from marts.country_risk_profiles
where platform = 'avalo'
order by toxic_revenue desc
limit 25;

-- name: riskiest_users
select user_id, region, risk_score, risk_level, top_factor, chargeback_count, transaction_volume
from marts.user_risk_scores
where platform = 'avalo' and risk_level in ('high', 'critical')
order by risk_score desc, user_id
limit 100;

-- name: risk_levels_by_region
select platform, region, risk_level, count(*) as users, sum(transaction_volume) as volume
from marts.user_risk_scores
group by platform, region, risk_level
order by platform, region, risk_level;

-- name: executive_dashboard
select * from marts.executive_dashboard order by platform;

-- name: net_revenue_trend
select platform, kpi_date, net_revenue, net_revenue_30d, risk_adjusted_revenue_30d, refund_rate
from marts.executive_revenue_daily
where is_complete
order by platform, kpi_date;

-- name: regions_last_week
select
    platform, region, sum(new_users) as new_users, sum(total_revenue) as revenue,
    sum(refund_amount) as refunds, sum(panic_events) as panic_events
from marts.platform_kpi_daily_by_region
where kpi_date > (select max(kpi_date) from marts.platform_kpi_daily_by_region) - interval 7 day
group by platform, region
order by platform, revenue desc;

-- name: alerts_open
select alert_id, alert_type, severity, platform, region, subject_id, detected_at, message
from marts.alerts
where status in ('active', 'acknowledged')
order by detected_at desc
limit 100;

-- name: anomalies_of_a_metric
select platform, kpi_date, value, expected, spread, score, is_anomaly
from marts.metric_anomalies
where metric = 'total_revenue' and region = 'ALL'
order by platform, kpi_date;

-- name: guardrails_breached
select platform, guardrail_id, region, evaluated_on, current_value, threshold_value, consecutive_days
from marts.guardrail_evaluations
where is_breached
order by evaluated_on desc, platform, guardrail_id
limit 100;

-- name: who_pays_a_creator
select
    segments.budget, segments.intent, segments.proximity, count(*) as viewers,
    avg(segments.match_score) as match_score, sum(segments.tokens_spent) as tokens_spent
from marts.audience_segments as segments
where segments.creator_id = (
    select creator_id from marts.creator_leaderboard
    where platform = 'avalo' and window_days = 30 order by rank limit 1
)
group by segments.budget, segments.intent, segments.proximity
order by viewers desc;
