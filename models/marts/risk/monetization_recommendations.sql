{%- set params = [
    'confidence_base', 'confidence_window_divisor', 'confidence_per_failed_criterion', 'confidence_max',
    'auto_apply_confidence_above', 'auto_apply_change_below'
] -%}
with health as (

    select * from {{ ref('monetization_health') }} where not is_healthy

),

strategies as (

    select * from {{ ref('stg_avalo__monetization_strategies') }}

),

windows as (

    select strategy_id, window_dates from {{ ref('int_strategy_windows') }}

),

rules as (

    select * from {{ ref('balancer_rules') }}

),

params as (

    {{ pivot_params('monetization_params', params) }}

),

-- one row per criterion that failed; a strategy without the parameter has nothing to change
proposed as (

    select
        health.strategy_id,
        rules.parameter,
        rules.step,
        rules.step_type,
        rules.limit_min,
        rules.limit_max,
        length(health.failed_criteria) - length(replace(health.failed_criteria, ',', '')) + 1 as failed_count,
        windows.window_dates,
        cast(case rules.parameter
            when 'free_content_percentage' then strategies.free_content_pct
            when 'trigger_after_minutes' then strategies.paywall_trigger_minutes
            when 'trial_days' then strategies.trial_days
            when 'monthly_price' then strategies.monthly_price
        end as double) as current_value
    from health
    inner join strategies on health.strategy_id = strategies.document_id
    inner join windows on health.strategy_id = windows.strategy_id
    inner join rules
        on ',' || health.failed_criteria || ',' like '%,' || rules.criterion || ',%'

),

-- within the limits; least and greatest pass over a limit that is NULL
limited as (

    select
        *,
        case step_type
            when 'relative'
                then current_value * (1 + cast(least(greatest(step, limit_min), limit_max) as double))
            else least(
                greatest(current_value + cast(step as double), cast(limit_min as double)),
                cast(limit_max as double)
            )
        end as recommended_value
    from proposed
    where current_value is not null

),

weighed as (

    select
        limited.*,
        params.auto_apply_confidence_above,
        params.auto_apply_change_below,
        case
            when limited.current_value = 0 then cast(1 as double)
            else abs(limited.recommended_value / limited.current_value - 1)
        end as change_size,
        {{ rounded_score(
            'least(params.confidence_max, params.confidence_base'
            ~ ' + cast(limited.window_dates as double) / params.confidence_window_divisor'
            ~ ' + params.confidence_per_failed_criterion * limited.failed_count)'
        ) }} as confidence
    from limited
    cross join params

)

select
    strategy_id,
    parameter,
    current_value,
    cast({{ as_money('cast(recommended_value as decimal(26, 10))') }} as double) as recommended_value,
    change_size,
    confidence,
    case
        when confidence > auto_apply_confidence_above and change_size < auto_apply_change_below then 'auto_apply'
        else 'manual_review'
    end as decision
from weighed
