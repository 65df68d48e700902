{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'A kill-switch acts on every open breach of the last two dates, and on nothing else.'
}) }}

with evaluations as (

    select * from {{ ref('guardrail_evaluations') }}

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

),

open_breaches as (

    select evaluations.evaluation_id
    from evaluations
    inner join platforms on evaluations.platform = platforms.platform
    cross join params
    left join handled on evaluations.evaluation_id = handled.object_id
    where
        evaluations.is_breached
        and handled.object_id is null
        and {{ days_between("evaluations.evaluated_on", "platforms.current_date_local") }}
        < params.guardrail_action_days

),

actions as (

    select evaluation_id from {{ ref('guardrail_actions') }}

)

select
    actions.evaluation_id as listed,
    open_breaches.evaluation_id as expected
from actions
full outer join open_breaches on actions.evaluation_id = open_breaches.evaluation_id
where actions.evaluation_id is null or open_breaches.evaluation_id is null
