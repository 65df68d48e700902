with days as (

    select * from {{ ref('int_metric_days') }}

),

params as (

    select * from {{ ref('anomaly_params') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

numbered as (

    select
        days.*,
        {{ days_between('platforms.first_date', 'days.kpi_date') }} as day_number
    from days
    inner join platforms on days.platform = platforms.platform
    inner join params
        on days.metric = params.metric and (days.region = 'ALL' or params.is_regional)

),

-- the same weekday of the weeks before
seasons as (

    select
        numbered.platform,
        numbered.metric,
        numbered.region,
        numbered.kpi_date,
        {{ median_of('earlier.value') }} as season_median,
        count(earlier.value) as season_values
    from numbered
    inner join params on numbered.metric = params.metric
    inner join numbered as earlier
        on
            numbered.platform = earlier.platform
            and numbered.metric = earlier.metric
            and numbered.region = earlier.region
            and numbered.day_number % 7 = earlier.day_number % 7
            and earlier.day_number < numbered.day_number
            and earlier.day_number >= numbered.day_number - 7 * params.season_weeks
    group by numbered.platform, numbered.metric, numbered.region, numbered.kpi_date

)

select
    numbered.platform,
    numbered.metric,
    numbered.region,
    numbered.kpi_date,
    numbered.is_complete,
    numbered.value,
    case when seasons.season_values >= params.min_season_weeks then seasons.season_median end as expected
from numbered
inner join params on numbered.metric = params.metric
left join seasons
    on
        numbered.platform = seasons.platform
        and numbered.metric = seasons.metric
        and numbered.region = seasons.region
        and numbered.kpi_date = seasons.kpi_date
