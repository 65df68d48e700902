{{ config(severity='error', meta={
    'owner': 'trust-and-safety',
    'reason': 'An alert whose own two numbers do not show why it fired can not be explained.'
}) }}

with alerts as (

    -- as the rules do: without the binary noise of a fraction
    select
        *,
        round(observed_value - threshold_value, 12) as distance
    from {{ ref('alerts') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

guardrails as (

    select * from {{ ref('guardrails') }}

),

judged as (

    select
        alerts.alert_id,
        alerts.rule_id,
        alerts.observed_value,
        alerts.threshold_value,
        case
            -- below as above what was expected; too slow as too rarely completed
            when alerts.alert_type in ('anomaly', 'creator_quality')
                then alerts.observed_value <> alerts.threshold_value
            when alerts.alert_type = 'guardrail'
                then {{ stands_to('guardrails.comparison', 'alerts.distance', '0') }}
            else {{ stands_to('rules.comparison', 'alerts.distance', '0') }}
        end as is_beyond
    from alerts
    left join rules on alerts.rule_id = rules.rule_id
    left join guardrails on alerts.rule_id = 'guardrail_' || guardrails.guardrail_id

)

select * from judged
where observed_value is not null and (is_beyond is null or not is_beyond)
