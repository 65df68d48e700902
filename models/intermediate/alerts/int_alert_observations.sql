-- Everything that fires, in one shape: what alerts is made of.
with rules as (

    select * from {{ ref('alert_rules') }}

),

-- the month of D, by the wall clock of the platform
platforms as (

    select
        platform,
        current_date_local,
        {{ to_utc('cast(' ~ period_start('month', 'current_date_local') ~ ' as timestamp)', 'time_zone') }}
            as month_started_at,
        {{ to_utc(
            'cast(' ~ period_start('month', add_days(period_start('month', 'current_date_local'), 31)) ~ ' as timestamp)',
            'time_zone'
        ) }} as month_ended_at
    from {{ ref('int_platforms') }}

),

dates as (

    select platform, kpi_date, started_at, ended_at from {{ ref('int_dates') }}

),

params as (

    {{ pivot_params('alert_params', ['keep_days']) }}

),

severities as (

    select * from {{ ref('guardrail_severities') }}

),

breaches as (

    select * from {{ ref('guardrail_evaluations') }} where is_breached

),

anomalies as (

    select * from {{ ref('metric_anomalies') }} where is_anomaly and is_complete

),

anomaly_params as (

    select * from {{ ref('anomaly_params') }}

),

fired as (

    select
        rule_id as rule_row,
        rule_id,
        platform,
        region,
        cast(null as {{ dbt.type_string() }}) as subject_id,
        kpi_date,
        cast(null as timestamp) as hour_started_at,
        metric,
        cast(null as {{ dbt.type_string() }}) as own_severity,
        observed_value,
        threshold_value
    from {{ ref('int_alert_rule_days') }}

    union all

    select
        rule_id,
        rule_id,
        platform,
        region,
        cast(null as {{ dbt.type_string() }}),
        kpi_date,
        hour_started_at,
        metric,
        cast(null as {{ dbt.type_string() }}),
        observed_value,
        threshold_value
    from {{ ref('int_alert_rule_hours') }}

    union all

    select
        rule_id,
        rule_id,
        platform,
        region,
        subject_id,
        kpi_date,
        cast(null as timestamp),
        metric,
        cast(null as {{ dbt.type_string() }}),
        observed_value,
        threshold_value
    from {{ ref('int_alert_rule_subjects') }}

    union all

    select
        rules.rule_id,
        replace(rules.rule_id, '{id}', breaches.guardrail_id),
        breaches.platform,
        breaches.region,
        cast(null as {{ dbt.type_string() }}),
        breaches.evaluated_on,
        cast(null as timestamp),
        breaches.guardrail_id,
        severities.alert_severity,
        breaches.current_value,
        breaches.threshold_value
    from breaches
    inner join rules on rules.reference = 'guardrail' and rules.platform in ('*', breaches.platform)
    inner join severities on breaches.severity = severities.guardrail_severity
    inner join platforms on breaches.platform = platforms.platform
    cross join params
    where breaches.evaluated_on > {{ add_days('platforms.current_date_local', '-params.keep_days') }}

    union all

    select
        rules.rule_id,
        replace(rules.rule_id, '{metric}', anomalies.metric),
        anomalies.platform,
        anomalies.region,
        cast(null as {{ dbt.type_string() }}),
        anomalies.kpi_date,
        cast(null as timestamp),
        anomalies.metric,
        cast(null as {{ dbt.type_string() }}),
        anomalies.value,
        {{ robust_bound('anomalies.value', 'anomalies.expected', 'anomalies.spread', 'anomaly_params.score_limit') }}
    from anomalies
    inner join rules on rules.reference = 'anomaly' and rules.platform in ('*', anomalies.platform)
    inner join anomaly_params on anomalies.metric = anomaly_params.metric
    inner join platforms on anomalies.platform = platforms.platform
    cross join params
    where anomalies.kpi_date > {{ add_days('platforms.current_date_local', '-params.keep_days') }}

),

timed as (

    select
        fired.*,
        rules.alert_type,
        coalesce(rules.severity, fired.own_severity) as severity,
        rules.period,
        rules.message,
        case rules.period
            when 'hour' then fired.hour_started_at
            when 'month' then platforms.month_started_at
            else dates.started_at
        end as period_started_at,
        case rules.period
            when 'hour' then {{ add_minutes('fired.hour_started_at', 60) }}
            when 'month' then platforms.month_ended_at
            else dates.ended_at
        end as period_ended_at
    from fired
    inner join rules on fired.rule_row = rules.rule_id
    inner join platforms on fired.platform = platforms.platform
    left join dates on fired.platform = dates.platform and fired.kpi_date = dates.kpi_date

)

select
    rule_id,
    alert_type,
    severity,
    platform,
    region,
    subject_id,
    metric,
    period,
    kpi_date,
    period_started_at,
    period_ended_at,
    case period
        when 'hour' then {{ timestamp_text_of('period_started_at') }}
        else cast(kpi_date as {{ dbt.type_string() }})
    end as period_text,
    observed_value,
    threshold_value,
    message
from timed
