{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'Who reached a step has reached all steps before it; each date has all steps of the seed.'
}) }}

with steps as (

    select
        platform,
        funnel_date,
        step_number,
        step,
        users,
        lag(users) over (partition by platform, funnel_date order by step_number) as previous_users,
        count(*) over (partition by platform, funnel_date) as step_count
    from {{ ref('funnel_daily') }}

),

seed as (

    select
        platform,
        count(*) as step_count
    from {{ ref('funnel_steps') }}
    group by platform

)

select
    steps.platform,
    steps.funnel_date,
    steps.step_number,
    steps.step,
    steps.users,
    steps.previous_users,
    steps.step_count,
    seed.step_count as seed_step_count
from steps
inner join seed on steps.platform = seed.platform
where
    steps.users > steps.previous_users
    or steps.step_count <> seed.step_count
    -- int_funnel_users follows no more steps than this
    or seed.step_count > {{ var('funnel_last_step') }}
