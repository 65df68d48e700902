with metrics as (

    select * from {{ ref('int_guardrail_metrics') }}

),

rules as (

    select * from {{ ref('guardrails') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('risk_params', ['guardrail_keep_days']) }}

),

evaluated as (

    select
        metrics.platform,
        rules.guardrail_id,
        metrics.region,
        metrics.kpi_date as evaluated_on,
        metrics.value as current_value,
        cast(rules.threshold_value as double) as threshold_value,
        -- rounded far below what matters: a ratio at its limit must not breach by its binary noise
        coalesce(
            {{ stands_to('rules.comparison', 'round(metrics.value, 12)', 'cast(rules.threshold_value as double)') }}
            and (rules.min_base is null or metrics.base >= rules.min_base),
            false
        ) as is_breached,
        rules.action,
        rules.severity,
        metrics.affected_entities
    from metrics
    inner join rules on metrics.guardrail_id = rules.guardrail_id
    inner join platforms on metrics.platform = platforms.platform
    cross join params
    where
        metrics.kpi_date > {{ add_days('platforms.current_date_local', '-params.guardrail_keep_days') }}
        and case rules.day_scope
            when 'complete' then metrics.kpi_date < platforms.current_date_local
            when 'current' then metrics.kpi_date = platforms.current_date_local
            else true
        end

),

-- days in a row: the breaches since the last day without one
runs as (

    select
        *,
        sum(case when is_breached then 0 else 1 end) over (
            partition by platform, guardrail_id, region order by evaluated_on
            rows between unbounded preceding and current row
        ) as quiet_days
    from evaluated

)

select
    {{ md5_id(['guardrail_id', 'platform', 'region', 'cast(evaluated_on as ' ~ dbt.type_string() ~ ')']) }}
        as evaluation_id,
    platform,
    guardrail_id,
    region,
    evaluated_on,
    current_value,
    threshold_value,
    is_breached,
    action,
    severity,
    cast(sum(case when is_breached then 1 else 0 end) over (
        partition by platform, guardrail_id, region, quiet_days order by evaluated_on
        rows between unbounded preceding and current row
    ) * case when is_breached then 1 else 0 end as bigint) as consecutive_days,
    cast(affected_entities as bigint) as affected_entities
from runs
