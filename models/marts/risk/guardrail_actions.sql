with evaluations as (

    select * from {{ ref('guardrail_evaluations') }} where is_breached

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

handled as (

    select distinct object_id
    from {{ ref('stg_ops__actions') }}
    where object_type = 'guardrail' and action in ('acknowledge', 'resolve')

),

params as (

    {{ pivot_params('risk_params', ['guardrail_action_days']) }}

)

select
    evaluations.evaluation_id,
    evaluations.guardrail_id,
    evaluations.platform,
    evaluations.region,
    evaluations.evaluated_on,
    evaluations.action,
    evaluations.severity,
    {{ json_object_text([
        ['evaluation_id', 'evaluations.evaluation_id', 'text'],
        ['guardrail_id', 'evaluations.guardrail_id', 'text'],
        ['platform', 'evaluations.platform', 'text'],
        ['region', 'evaluations.region', 'text'],
        ['evaluated_on', 'evaluations.evaluated_on', 'text'],
        ['action', 'evaluations.action', 'text'],
        ['severity', 'evaluations.severity', 'text'],
        ['current_value', 'cast(evaluations.current_value as decimal(18, 6))', 'number'],
        ['threshold_value', 'cast(evaluations.threshold_value as decimal(18, 6))', 'number'],
        ['consecutive_days', 'evaluations.consecutive_days', 'number'],
        ['affected_entities', 'evaluations.affected_entities', 'number']
    ]) }} as payload
from evaluations
inner join platforms on evaluations.platform = platforms.platform
cross join params
left join handled on evaluations.evaluation_id = handled.object_id
where
    handled.object_id is null
    and evaluations.evaluated_on > {{ add_days('platforms.current_date_local', '-params.guardrail_action_days') }}
