{{ config(
    severity='error',
    meta={'owner': 'data-platform', 'reason': 'Every dense mart hangs on these dates.'}
) }}
-- No date is missing between the first event and D, and only D is not complete.
with platforms as (

    select * from {{ ref('int_platforms') }} where first_date is not null

),

dates as (

    select
        platform,
        count(*) as date_count,
        min(kpi_date) as first_date,
        max(kpi_date) as last_date,
        sum(case when is_complete then 0 else 1 end) as incomplete_dates,
        max(case when is_complete then kpi_date end) as last_complete_date
    from {{ ref('int_dates') }}
    group by platform

)

select
    platforms.platform,
    platforms.first_date as first_date_expected,
    dates.first_date,
    platforms.current_date_local,
    dates.last_date,
    dates.date_count,
    dates.incomplete_dates,
    dates.last_complete_date
from platforms
left join dates on platforms.platform = dates.platform
where
    dates.platform is null
    or dates.first_date <> platforms.first_date
    or dates.last_date <> platforms.current_date_local
    or dates.date_count <> {{ days_between('platforms.first_date', 'platforms.current_date_local') }} + 1
    or dates.incomplete_dates <> 1
    or dates.last_complete_date >= platforms.current_date_local
