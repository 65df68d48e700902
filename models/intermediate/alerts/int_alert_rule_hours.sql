-- Rules on the events of a clock hour: which hours fire.
with rules as (

    select * from {{ ref('alert_rules') }} where period = 'hour'

),

thresholds as (

    select * from {{ ref('int_regional_threshold_values') }} where country_code = 'ALL'

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('alert_params', ['hour_keep_days']) }}

),

hours as (

    select hours.*
    from {{ ref('int_alert_event_hours') }} as hours
    inner join platforms on hours.platform = platforms.platform
    cross join params
    where hours.kpi_date > {{ add_days('platforms.current_date_local', '-params.hour_keep_days') }}

),

watched as (

    select
        rules.rule_id,
        hours.platform,
        hours.region,
        hours.hour_started_at,
        hours.kpi_date,
        hours.metric,
        hours.event_count,
        rules.comparison,
        coalesce(thresholds.threshold_value, rules.threshold) as threshold_value
    from rules
    inner join hours on rules.platform = hours.platform and rules.metric = hours.metric
    left join thresholds
        on rules.regional_threshold = thresholds.threshold and hours.region = thresholds.region
    where hours.region = 'ALL' or rules.has_regions

)

select
    rule_id,
    platform,
    region,
    hour_started_at,
    kpi_date,
    metric,
    cast(event_count as double) as observed_value,
    cast(threshold_value as double) as threshold_value
from watched
where {{ stands_to('comparison', 'event_count', 'threshold_value') }}
