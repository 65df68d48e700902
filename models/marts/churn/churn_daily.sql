{%- set params = ['reactivation_gap_days', 'churn_rate_base_days'] -%}
with days as (

    select * from {{ ref('int_platform_days') }}

),

gaps as (

    select * from {{ ref('int_activity_gaps') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('churn_params', params) }}

),

reactivated as (

    select
        gaps.platform,
        gaps.next_active_date as kpi_date,
        sum(gaps.users) as reactivated_users
    from gaps
    cross join params
    where {{ days_between('gaps.from_date', 'gaps.next_active_date') }} > params.reactivation_gap_days
    group by gaps.platform, gaps.next_active_date

),

-- those who could churn: active in the window that ended before the silence began; activity may lie before
-- the platform's first event
base_steps as (

    select
        gaps.platform,
        {{ add_days('gaps.from_date', 'params.churn_rate_base_days') }} as kpi_date,
        gaps.users as step
    from gaps
    cross join params
    where gaps.is_active

    union all

    select
        gaps.platform,
        {{ add_days(
            leaves_window_on('gaps.from_date', 'gaps.next_active_date', 'params.churn_rate_base_days'),
            'params.churn_rate_base_days'
        ) }} as kpi_date,
        -gaps.users as step
    from gaps
    cross join params
    where gaps.is_active

    union all

    select
        platform,
        kpi_date,
        0 as step
    from days

),

base_changes as (

    select
        platform,
        kpi_date,
        sum(step) as users_change
    from base_steps
    group by platform, kpi_date

),

bases as (

    select
        platform,
        kpi_date,
        sum(users_change) over (
            partition by platform order by kpi_date
            rows between unbounded preceding and current row
        ) as base_users
    from base_changes

)

select
    days.platform,
    days.kpi_date,
    days.is_complete,
    cast(days.churned_users as bigint) as churned_users,
    cast(coalesce(reactivated.reactivated_users, 0) as bigint) as reactivated_users,
    {{ rate_of('days.churned_users_ever_active', 'bases.base_users') }} as churn_rate
from days
inner join platforms on days.platform = platforms.platform
left join reactivated
    on days.platform = reactivated.platform and days.kpi_date = reactivated.kpi_date
inner join bases
    on days.platform = bases.platform and days.kpi_date = bases.kpi_date
where {{ is_kept_date('days.kpi_date') }}
