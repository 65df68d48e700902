with dates as (

    select * from {{ ref('int_dates') }}

)

-- a platform begins on a date of its own: the spine has every date of any of them
select distinct kpi_date as date_day
from dates
