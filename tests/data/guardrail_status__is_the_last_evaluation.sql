{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'The status of a guardrail is its latest evaluation: none newer, none missing.'
}) }}

with latest as (

    select
        platform,
        guardrail_id,
        region,
        max(evaluated_on) as evaluated_on
    from {{ ref('guardrail_evaluations') }}
    group by platform, guardrail_id, region

),

evaluations as (

    select evaluations.*
    from {{ ref('guardrail_evaluations') }} as evaluations
    inner join latest
        on
            evaluations.platform = latest.platform
            and evaluations.guardrail_id = latest.guardrail_id
            and evaluations.region = latest.region
            and evaluations.evaluated_on = latest.evaluated_on

),

status as (

    select * from {{ ref('guardrail_status') }}

)

select
    coalesce(status.platform, evaluations.platform) as platform,
    coalesce(status.guardrail_id, evaluations.guardrail_id) as guardrail_id,
    coalesce(status.region, evaluations.region) as region,
    status.evaluated_on,
    evaluations.evaluated_on as last_evaluated_on
from status
full outer join evaluations on status.evaluation_id = evaluations.evaluation_id
where
    status.evaluation_id is null
    or evaluations.evaluation_id is null
    or status.is_breached <> evaluations.is_breached
    or status.consecutive_days <> evaluations.consecutive_days
