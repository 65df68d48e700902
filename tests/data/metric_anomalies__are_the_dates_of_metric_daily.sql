{{ config(severity='error', meta={
    'owner': 'trust-and-safety',
    'reason': 'Each watched metric is scored on every date of metric_daily, by the number that stands there.'
}) }}

with scored as (

    select * from {{ ref('metric_anomalies') }}

),

params as (

    select * from {{ ref('anomaly_params') }}

),

published as (

    select days.*
    from {{ ref('metric_daily') }} as days
    inner join params
        on days.metric = params.metric and (days.region = 'ALL' or params.is_regional)

)

select
    coalesce(scored.platform, published.platform) as platform,
    coalesce(scored.metric, published.metric) as metric,
    coalesce(scored.region, published.region) as region,
    coalesce(scored.kpi_date, published.kpi_date) as kpi_date,
    scored.value as scored_value,
    published.value as published_value
from scored
full outer join published
    on
        scored.platform = published.platform
        and scored.metric = published.metric
        and scored.region = published.region
        and scored.kpi_date = published.kpi_date
where
    scored.platform is null
    or published.platform is null
    or (scored.value is null) <> (published.value is null)
    or scored.value <> published.value
    or scored.is_complete <> published.is_complete
