with evaluations as (

    select * from {{ ref('guardrail_evaluations') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by platform, guardrail_id, region order by evaluated_on desc
        ) as age_rank
    from evaluations

)

select
    evaluation_id,
    platform,
    guardrail_id,
    region,
    evaluated_on,
    current_value,
    threshold_value,
    is_breached,
    action,
    severity,
    consecutive_days,
    affected_entities
from ranked
where age_rank = 1
