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

-- those who could churn: active in the window that ended before the silence began
bases as (

    select
        days.platform,
        {{ add_days('days.kpi_date', 'params.churn_rate_base_days') }} as kpi_date,
        days.active_users_30d as base_users
    from days
    cross join params

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
left join bases
    on days.platform = bases.platform and days.kpi_date = bases.kpi_date
where {{ is_kept_date('days.kpi_date') }}
