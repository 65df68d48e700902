-- Rules on the daily KPIs of a platform or region: which dates fire.
with rules as (

    select
        *,
        reference in ('previous_day', 'mean') as looks_back,
        -- the base is the reference itself, the mean of another metric, or a metric of the date
        case
            when base_metric in ('previous_day', 'mean') then metric
            when base_metric like 'mean^_%' escape '^' then replace(base_metric, 'mean_', '')
        end as earlier_base_metric
    from {{ ref('alert_rules') }}
    where period = 'date' and subject = 'none' and reference in ('fixed', 'regional', 'previous_day', 'mean')

),

thresholds as (

    select * from {{ ref('int_regional_threshold_values') }} where country_code = 'ALL'

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('alert_params', ['keep_days']) }}

),

-- not metric_daily: that is cut, and rules look back
published as (

    select * from {{ ref('int_metric_days') }}

),

published_metrics as (

    select distinct metric from published

),

event_days as (

    select
        events.platform,
        events.metric,
        events.region,
        events.kpi_date,
        sum(events.event_count) as event_count
    from {{ ref('int_alert_event_hours') }} as events
    left join published_metrics on events.metric = published_metrics.metric
    where published_metrics.metric is null
    group by events.platform, events.metric, events.region, events.kpi_date

),

payers as (

    select
        platform,
        region,
        kpi_date,
        is_complete,
        max(case when metric = 'paying_users' then value end) as paying_users,
        max(case when metric = 'active_users' then value end) as active_users
    from published
    where region <> 'ALL'
    group by platform, region, kpi_date, is_complete

),

all_days as (

    select platform, metric, region, kpi_date, is_complete, value from published

    union all

    select platform, 'refund_rate_pct' as metric, region, kpi_date, is_complete, 100 * value
    from published
    where metric = 'refund_rate'

    union all

    -- the daily marts have it for the platform alone
    select
        platform,
        'payer_rate' as metric,
        region,
        kpi_date,
        is_complete,
        {{ rate_of('paying_users', 'active_users') }} as value
    from payers

    union all

    select
        event_days.platform,
        event_days.metric,
        event_days.region,
        event_days.kpi_date,
        event_days.kpi_date < platforms.current_date_local as is_complete,
        cast(event_days.event_count as double) as value
    from event_days
    inner join platforms on event_days.platform = platforms.platform

),

-- counts and money (4 decimals) are compared exactly; what is a fraction by its name is not exact
days as (

    select
        *,
        case
            when
                metric like '%^_rate' escape '^'
                or metric like '%^_pct' escape '^'
                or metric like '%^_minutes' escape '^'
                then null
            else cast(round(value, 4) as decimal(24, 4))
        end as exact_value
    from all_days

),

watched as (

    select
        rules.rule_id,
        rules.platform,
        days.region,
        days.kpi_date,
        days.is_complete,
        days.value,
        days.exact_value,
        rules.metric,
        rules.comparison,
        rules.looks_back,
        rules.earlier_base_metric,
        rules.reference_days,
        rules.reference_min_values,
        rules.base_metric,
        rules.min_base,
        rules.min_value_metric,
        rules.min_value,
        case when not rules.looks_back then coalesce(thresholds.threshold_value, rules.threshold) end
            as fixed_limit,
        cast(case rules.reference
            when 'mean' then rules.threshold
            when 'previous_day' then (100 - thresholds.threshold_value) * 0.01
            else 1
        end as decimal(12, 8)) as factor
    from rules
    inner join days on rules.platform = days.platform and rules.metric = days.metric
    inner join platforms on rules.platform = platforms.platform
    cross join params
    left join thresholds
        on rules.regional_threshold = thresholds.threshold and days.region = thresholds.region
    where
        days.kpi_date > {{ add_days('platforms.current_date_local', '-params.keep_days') }}
        and (rules.day_scope <> 'complete' or days.is_complete)
        and (days.region = 'ALL' or rules.has_regions)

),

-- what the limit and the base look back at
looked_at as (

    select 'limit' as purpose, metric as earlier_metric, watched.* from watched where looks_back

    union all

    select 'base' as purpose, earlier_base_metric as earlier_metric, watched.*
    from watched
    where looks_back and earlier_base_metric is not null

),

windows as (

    select
        looked_at.rule_id,
        looked_at.region,
        looked_at.kpi_date,
        looked_at.purpose,
        sum(earlier.exact_value) as exact_sum,
        {{ exact_mean("earlier.value") }} as mean_value,
        count(earlier.value) as value_count
    from looked_at
    inner join days as earlier
        on
            looked_at.platform = earlier.platform
            and looked_at.region = earlier.region
            and looked_at.earlier_metric = earlier.metric
            and earlier.kpi_date < looked_at.kpi_date
            and earlier.kpi_date >= {{ add_days('looked_at.kpi_date', '-looked_at.reference_days') }}
    group by
        looked_at.rule_id,
        looked_at.region,
        looked_at.kpi_date,
        looked_at.purpose,
        looked_at.reference_min_values
    having count(earlier.value) >= looked_at.reference_min_values

),

-- limit = factor x sum / count
measured as (

    select
        watched.*,
        case when watched.looks_back then limits.mean_value else cast(watched.fixed_limit as double) end
            as reference_value,
        cast(
            case when watched.looks_back then limits.exact_sum else watched.fixed_limit end
            as decimal(24, 6)
        ) as reference_sum,
        cast(case when watched.looks_back then limits.value_count else 1 end as decimal(6, 0)) as reference_count,
        case
            when watched.earlier_base_metric is null then base_days.exact_value
            else cast(bases.exact_sum as decimal(24, 4))
        end as base_sum,
        cast(case when watched.earlier_base_metric is null then 1 else bases.value_count end as decimal(6, 0))
            as base_count,
        least_days.exact_value as counted_value
    from watched
    left join windows as limits
        on
            watched.rule_id = limits.rule_id
            and watched.region = limits.region
            and watched.kpi_date = limits.kpi_date
            and limits.purpose = 'limit'
    left join windows as bases
        on
            watched.rule_id = bases.rule_id
            and watched.region = bases.region
            and watched.kpi_date = bases.kpi_date
            and bases.purpose = 'base'
    left join days as base_days
        on
            watched.platform = base_days.platform
            and watched.region = base_days.region
            and watched.kpi_date = base_days.kpi_date
            and watched.base_metric = base_days.metric
    left join days as least_days
        on
            watched.platform = least_days.platform
            and watched.region = least_days.region
            and watched.kpi_date = least_days.kpi_date
            and watched.min_value_metric = least_days.metric

),

judged as (

    select
        *,
        case
            when exact_value is not null and reference_sum is not null
                then cast(factor * reference_sum as double) / cast(reference_count as double)
            else cast(factor as double) * reference_value
        end as limit_value,
        case
            when exact_value is not null
                then {{ stands_to('comparison', 'exact_value * reference_count', 'factor * reference_sum') }}
            -- a fraction at its limit must not cross it by its binary noise
            else {{ stands_to('comparison', 'round(value - cast(factor as double) * reference_value, 12)', '0') }}
        end as is_beyond,
        coalesce(min_base is null or base_sum >= min_base * base_count, false) as has_base,
        coalesce(min_value is null or counted_value >= min_value, false) as has_least,
        -- a fraction of the date's own base, of which there is none: no value, and worse than any
        coalesce(earlier_base_metric is null and base_sum = 0 and value is null and is_complete, false)
            as is_without_base
    from measured

)

select
    rule_id,
    platform,
    region,
    kpi_date,
    metric,
    value as observed_value,
    limit_value as threshold_value
from judged
where has_least and ((has_base and is_beyond) or is_without_base)
