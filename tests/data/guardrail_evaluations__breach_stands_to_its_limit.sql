{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'A breach that its own numbers do not show can not be explained.'
}) }}

with evaluations as (

    select * from {{ ref('guardrail_evaluations') }}

),

rules as (

    select * from {{ ref('guardrails') }}

)

select
    evaluations.evaluation_id,
    evaluations.current_value,
    evaluations.threshold_value
from evaluations
inner join rules on evaluations.guardrail_id = rules.guardrail_id
where
    evaluations.is_breached
    and not coalesce(
        {{ stands_to(
            'rules.comparison', 'round(evaluations.current_value, 12)', 'evaluations.threshold_value'
        ) }},
        false
    )
