with dates as (

    select * from {{ ref('int_dates') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

steps as (

    select * from {{ ref('funnel_steps') }}

),

reached as (

    select
        platform,
        funnel_date,
        step_number,
        count(*) as users
    from {{ ref('int_funnel_users') }}
    group by platform, funnel_date, step_number

),

dense as (

    select
        dates.platform,
        dates.kpi_date as funnel_date,
        dates.ended_at,
        steps.step_number,
        steps.step,
        coalesce(reached.users, 0) as users
    from dates
    inner join steps on dates.platform = steps.platform
    left join reached
        on
            dates.platform = reached.platform
            and dates.kpi_date = reached.funnel_date
            and steps.step_number = reached.step_number

),

compared as (

    select
        *,
        lag(users) over (partition by platform, funnel_date order by step_number) as previous_users,
        first_value(users) over (partition by platform, funnel_date order by step_number) as first_users
    from dense

)

select
    compared.platform,
    compared.funnel_date,
    cast(compared.step_number as bigint) as step_number,
    compared.step,
    cast(compared.users as bigint) as users,
    {{ rate_of('compared.users', 'compared.previous_users') }} as conversion_from_previous,
    {{ rate_of('compared.users', 'compared.first_users') }} as conversion_from_first,
    {{ add_minutes('compared.ended_at', var('funnel_window_days') ~ ' * 1440') }} <= {{ as_of() }} as is_mature
from compared
inner join platforms on compared.platform = platforms.platform
where {{ is_kept_date('compared.funnel_date') }}
