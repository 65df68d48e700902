with rules as (

    select
        signal_type,
        cast(window_minutes / 1440 as integer) as window_days
    from {{ ref('abuse_rules') }}
    where signal_type = 'cancellation_farming'

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

bookings as (

    {{ union_platforms('bookings_of_creators') }}

),

dated as (

    select
        bookings.platform,
        bookings.creator_id,
        cast({{ to_local('bookings.created_at', 'platforms.time_zone') }} as date) as created_on,
        cast({{ to_local('bookings.cancelled_at', 'platforms.time_zone') }} as date) as cancelled_on
    from bookings
    inner join platforms on bookings.platform = platforms.platform

),

-- from when and until when a booking counts, and counts as cancelled, in the dates ending on a date
spans as (

    select
        dated.*,
        {{ add_days('dated.created_on', 'rules.window_days') }} as leaves_on,
        case
            when dated.cancelled_on < dated.created_on then dated.created_on
            else dated.cancelled_on
        end as counts_cancelled_from
    from dated
    cross join rules

),

steps as (

    select platform, creator_id, created_on as kpi_date, 1 as booking_step, 0 as cancelled_step, 0 as cancellations
    from spans

    union all

    select platform, creator_id, leaves_on, -1, 0, 0
    from spans

    union all

    select platform, creator_id, counts_cancelled_from, 0, 1, 0
    from spans
    where counts_cancelled_from < leaves_on

    union all

    select platform, creator_id, leaves_on, 0, -1, 0
    from spans
    where counts_cancelled_from < leaves_on

    union all

    select platform, creator_id, cancelled_on, 0, 0, 1
    from spans
    where cancelled_on is not null

),

days as (

    select
        platform,
        creator_id,
        kpi_date,
        sum(booking_step) as booking_change,
        sum(cancelled_step) as cancelled_change,
        sum(cancellations) as cancellations
    from steps
    group by platform, creator_id, kpi_date

),

running as (

    select
        *,
        sum(booking_change) over (
            partition by platform, creator_id order by kpi_date
            rows between unbounded preceding and current row
        ) as bookings,
        sum(cancelled_change) over (
            partition by platform, creator_id order by kpi_date
            rows between unbounded preceding and current row
        ) as cancelled_bookings
    from days

)

-- judged on dates on which the creator cancelled something
select
    running.platform,
    rules.signal_type,
    running.creator_id,
    running.kpi_date,
    {{ to_utc('cast(running.kpi_date as timestamp)', 'platforms.time_zone') }} as occurred_at,
    running.bookings,
    running.cancelled_bookings
from running
cross join rules
inner join platforms on running.platform = platforms.platform
where running.cancellations > 0
