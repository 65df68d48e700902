with rules as (

    select guardrail_id from {{ ref('guardrails') }}

),

evaluations as (

    select * from {{ ref('guardrail_evaluations') }} where is_breached

),

false_alarms as (

    select distinct object_id
    from {{ ref('stg_ops__actions') }}
    where object_type = 'guardrail' and action = 'resolve' and note = 'false_positive'

),

counted as (

    select
        evaluations.guardrail_id,
        count(*) as breaches,
        count(false_alarms.object_id) as false_positives
    from evaluations
    left join false_alarms on evaluations.evaluation_id = false_alarms.object_id
    group by evaluations.guardrail_id

)

select
    rules.guardrail_id,
    cast(coalesce(counted.breaches, 0) as bigint) as breaches,
    cast(coalesce(counted.false_positives, 0) as bigint) as false_positives,
    {{ rate_of('counted.false_positives', 'counted.breaches') }} as false_positive_rate
from rules
left join counted on rules.guardrail_id = counted.guardrail_id
