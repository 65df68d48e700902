with platforms as (

    select * from {{ ref('int_platforms') }}

),

dates as (

    select
        platform,
        time_zone,
        current_date_local,
        {{ unnest_range('first_date', 'current_date_local') }} as kpi_date
    from platforms
    where first_date is not null

)

select
    platform,
    kpi_date,
    kpi_date < current_date_local as is_complete,
    {{ to_utc('cast(kpi_date as timestamp)', 'time_zone') }} as started_at,
    {{ to_utc('cast(' ~ add_days('kpi_date', 1) ~ ' as timestamp)', 'time_zone') }} as ended_at
from dates
