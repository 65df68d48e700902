with signals as (

    select * from {{ ref('int_abuse_signals') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

dates as (

    select * from {{ ref('int_dates') }}

),

dated as (

    select
        signals.*,
        cast({{ to_local('signals.detected_at', 'platforms.time_zone') }} as date) as kpi_date
    from signals
    inner join platforms on signals.platform = platforms.platform

),

keys as (

    select distinct platform, signal_type, severity from dated

),

days as (

    select
        platform,
        kpi_date,
        signal_type,
        severity,
        count(*) as signals,
        count(distinct subject) as subjects
    from dated
    group by platform, kpi_date, signal_type, severity

)

select
    dates.platform,
    dates.kpi_date,
    keys.signal_type,
    keys.severity,
    dates.is_complete,
    cast(coalesce(days.signals, 0) as bigint) as signals,
    cast(coalesce(days.subjects, 0) as bigint) as subjects
from dates
inner join platforms on dates.platform = platforms.platform
inner join keys on dates.platform = keys.platform
left join days
    on
        dates.platform = days.platform
        and dates.kpi_date = days.kpi_date
        and keys.signal_type = days.signal_type
        and keys.severity = days.severity
where {{ is_kept_date('dates.kpi_date') }}
