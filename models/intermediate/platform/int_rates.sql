with intervals as (

    select * from {{ ref('int_rate_intervals') }}

),

business_dates as (

    select platform, kpi_date from {{ ref('int_dates') }}

)

select
    business_dates.platform,
    intervals.unit,
    business_dates.kpi_date as business_date,
    intervals.rate
from business_dates
inner join intervals
    on
        business_dates.platform = intervals.platform
        and business_dates.kpi_date >= intervals.valid_from
        and business_dates.kpi_date < intervals.valid_to
