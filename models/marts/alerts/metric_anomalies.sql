with days as (

    select
        *,
        value - expected as residual
    from {{ ref('int_metric_seasons') }}

),

params as (

    select * from {{ ref('anomaly_params') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

kept as (

    select days.*
    from days
    inner join platforms on days.platform = platforms.platform
    where {{ is_kept_date('days.kpi_date') }}

),

recent_residuals as (

    select
        kept.platform,
        kept.metric,
        kept.region,
        kept.kpi_date,
        earlier.residual
    from kept
    inner join params on kept.metric = params.metric
    inner join days as earlier
        on
            kept.platform = earlier.platform
            and kept.metric = earlier.metric
            and kept.region = earlier.region
            and earlier.kpi_date < kept.kpi_date
            and earlier.kpi_date >= {{ add_days('kept.kpi_date', '-params.residual_days') }}
    where earlier.residual is not null

),

centres as (

    select
        platform,
        metric,
        region,
        kpi_date,
        {{ median_of('residual') }} as median_residual
    from recent_residuals
    group by platform, metric, region, kpi_date

),

deviations as (

    select
        recent_residuals.platform,
        recent_residuals.metric,
        recent_residuals.region,
        recent_residuals.kpi_date,
        {{ median_of('abs(recent_residuals.residual - centres.median_residual)') }} as median_deviation
    from recent_residuals
    inner join centres
        on
            recent_residuals.platform = centres.platform
            and recent_residuals.metric = centres.metric
            and recent_residuals.region = centres.region
            and recent_residuals.kpi_date = centres.kpi_date
    group by
        recent_residuals.platform,
        recent_residuals.metric,
        recent_residuals.region,
        recent_residuals.kpi_date

),

spreads as (

    select
        kept.platform,
        kept.metric,
        kept.region,
        kept.kpi_date,
        kept.is_complete,
        kept.value,
        kept.expected,
        {{ robust_spread('deviations.median_deviation', 'kept.expected', 'params') }} as spread,
        params.score_limit
    from kept
    inner join params on kept.metric = params.metric
    left join deviations
        on
            kept.platform = deviations.platform
            and kept.metric = deviations.metric
            and kept.region = deviations.region
            and kept.kpi_date = deviations.kpi_date

),

scored as (

    select
        *,
        {{ robust_score('value', 'expected', 'spread') }} as score
    from spreads

)

select
    platform,
    metric,
    region,
    kpi_date,
    is_complete,
    value,
    expected,
    spread,
    score,
    coalesce(abs(score) > cast(score_limit as double), false) as is_anomaly
from scored
