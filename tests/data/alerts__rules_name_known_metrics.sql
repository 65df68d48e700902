{#- What rules may measure: columns of the daily marts, and what the models of alerts make. -#}
{%- set made = [
    'refund_rate_pct', 'payment_failures', 'critical_system_errors', 'flagged_ai_interactions', 'moderation_flags',
    'infra_errors', 'payout_risk_score', 'refund_count_30d', 'creator_quality', 'total_transactions', '*'
] -%}
{%- set bases = ['previous_day', 'mean', 'mean_paying_users'] -%}
{{ config(severity='error', meta={
    'owner': 'trust-and-safety',
    'reason': 'A rule on a metric that nothing measures never fires, and nobody would notice.'
}) }}

with rules as (

    select * from {{ ref('alert_rules') }}

),

named as (

    select rule_id, metric as named_metric from rules
    union all
    select rule_id, min_value_metric from rules where min_value_metric is not null
    union all
    select rule_id, base_metric from rules
    where base_metric is not null and base_metric not in ('{{ bases | join("', '") }}')

)

select * from named
where named_metric not in ('{{ (made + mart_metrics("platform_kpi_daily")) | join("', '") }}')
