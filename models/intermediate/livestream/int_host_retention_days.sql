with host_days as (

    select host_days.host_id, host_days.kpi_date
    from {{ ref('int_host_days') }} as host_days
    inner join {{ ref('dim_users') }} as users
        on users.platform = 'halobuzz' and host_days.host_id = users.user_id
    where host_days.streams > 0

),

params as (

    select cast(value as integer) as window_days
    from {{ ref('kpi_params') }}
    where param = 'host_retention_window_days'

),

dates as (

    select kpi_date from {{ ref('int_dates') }} where platform = 'halobuzz'

),

-- A stream on a date puts its host into the window ending on each of the next dates, and later into
-- the window before that one: plus one where a date's reach begins, minus one where it ends.
steps as (

    select
        host_days.host_id,
        host_days.kpi_date,
        1 as now_step,
        0 as before_step
    from host_days

    union all

    select
        host_days.host_id,
        {{ add_days('host_days.kpi_date', 'params.window_days') }},
        -1,
        1
    from host_days
    cross join params

    union all

    select
        host_days.host_id,
        {{ add_days('host_days.kpi_date', '2 * params.window_days') }},
        0,
        -1
    from host_days
    cross join params

),

changes as (

    select
        host_id,
        kpi_date,
        sum(now_step) as now_change,
        sum(before_step) as before_change
    from steps
    group by host_id, kpi_date

),

states as (

    select
        host_id,
        kpi_date,
        sum(now_change) over (partition by host_id order by kpi_date) > 0 as is_active_now,
        sum(before_change) over (partition by host_id order by kpi_date) > 0 as was_active_before
    from changes

),

-- from one state of a host to the next, counted as changes of the totals
flags as (

    select
        host_id,
        kpi_date,
        case when was_active_before then 1 else 0 end as before_flag,
        case when was_active_before and is_active_now then 1 else 0 end as retained_flag
    from states

),

differences as (

    select
        kpi_date,
        before_flag - lag(before_flag, 1, 0) over (partition by host_id order by kpi_date) as before_change,
        retained_flag - lag(retained_flag, 1, 0) over (partition by host_id order by kpi_date)
            as retained_change
    from flags

),

all_dates as (

    select kpi_date from dates
    union
    select kpi_date from differences

),

daily as (

    select
        all_dates.kpi_date,
        sum(coalesce(differences.before_change, 0)) as before_change,
        sum(coalesce(differences.retained_change, 0)) as retained_change
    from all_dates
    left join differences on all_dates.kpi_date = differences.kpi_date
    group by all_dates.kpi_date

),

totals as (

    select
        kpi_date,
        sum(before_change) over (order by kpi_date) as hosts_before,
        sum(retained_change) over (order by kpi_date) as hosts_retained
    from daily

)

select
    totals.kpi_date,
    totals.hosts_before,
    totals.hosts_retained
from totals
inner join dates on totals.kpi_date = dates.kpi_date
