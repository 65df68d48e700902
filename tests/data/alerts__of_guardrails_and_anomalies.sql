{{ config(severity='error', meta={
    'owner': 'trust-and-safety',
    'reason': 'Every breached guardrail and every anomaly of a complete date raises one alert, and nothing else does.'
}) }}

with alerts as (

    select * from {{ ref('alerts') }}

),

evaluations as (

    select * from {{ ref('guardrail_evaluations') }} where is_breached

),

anomalies as (

    select * from {{ ref('metric_anomalies') }} where is_anomaly and is_complete

),

dates as (

    select * from {{ ref('int_dates') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('alert_params', ['keep_days']) }}

),

reasons as (

    select
        'guardrail_' || guardrail_id as rule_id,
        platform,
        region,
        evaluated_on as kpi_date,
        current_value as observed_value
    from evaluations

    union all

    select 'anomaly_' || metric as rule_id, platform, region, kpi_date, value
    from anomalies

),

expected as (

    select
        reasons.rule_id,
        reasons.platform,
        reasons.region,
        dates.started_at as period_start,
        reasons.observed_value
    from reasons
    inner join dates on reasons.platform = dates.platform and reasons.kpi_date = dates.kpi_date
    inner join platforms on reasons.platform = platforms.platform
    cross join params
    where {{ days_between('reasons.kpi_date', 'platforms.current_date_local') }} < params.keep_days

),

raised as (

    select rule_id, platform, region, period_start, observed_value
    from alerts
    where alert_type in ('guardrail', 'anomaly')

)

select
    expected.rule_id as expected_rule,
    raised.rule_id as raised_rule,
    coalesce(expected.platform, raised.platform) as platform,
    coalesce(expected.region, raised.region) as region,
    coalesce(expected.period_start, raised.period_start) as period_start
from expected
full outer join raised
    on
        expected.rule_id = raised.rule_id
        and expected.platform = raised.platform
        and expected.region = raised.region
        and expected.period_start = raised.period_start
where
    expected.rule_id is null
    or raised.rule_id is null
    or expected.observed_value <> raised.observed_value
