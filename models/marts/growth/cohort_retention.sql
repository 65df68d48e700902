with users as (

    select
        platform,
        user_id,
        {{ period_start('month', 'created_date') }} as cohort_month
    from {{ ref('dim_users') }}

),

user_months as (

    select * from {{ ref('int_user_months') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

months as (

    select distinct
        platform,
        {{ period_start('month', 'kpi_date') }} as month
    from {{ ref('int_dates') }}

),

cohorts as (

    select
        platform,
        cohort_month,
        count(*) as cohort_size
    from users
    group by platform, cohort_month

),

-- what happened before the cohort month is left out
activity as (

    select
        users.platform,
        users.cohort_month,
        user_months.month,
        sum(case when user_months.active_days > 0 then 1 else 0 end) as active_users,
        sum(user_months.total_revenue) as revenue
    from users
    inner join user_months
        on users.platform = user_months.platform and users.user_id = user_months.user_id
    where user_months.month >= users.cohort_month
    group by users.platform, users.cohort_month, user_months.month

),

periods as (

    select
        cohorts.platform,
        cohorts.cohort_month,
        cohorts.cohort_size,
        months.month,
        {{ months_between_starts('cohorts.cohort_month', 'months.month') }} as period_index,
        coalesce(activity.active_users, 0) as active_users,
        coalesce(activity.revenue, 0) as revenue
    from cohorts
    inner join months
        on cohorts.platform = months.platform and cohorts.cohort_month <= months.month
    left join activity
        on
            cohorts.platform = activity.platform
            and cohorts.cohort_month = activity.cohort_month
            and months.month = activity.month

),

cumulated as (

    select
        *,
        sum(revenue) over (
            partition by platform, cohort_month
            order by month
            rows between unbounded preceding and current row
        ) as cumulative_revenue
    from periods

)

select
    cumulated.platform,
    cumulated.cohort_month,
    cast(cumulated.period_index as bigint) as period_index,
    {{ period_start('month', add_days('cumulated.month', 31)) }} <= platforms.current_date_local as is_complete,
    platforms.currency,
    cast(cumulated.cohort_size as bigint) as cohort_size,
    cast(cumulated.active_users as bigint) as active_users,
    {{ rate_of('cumulated.active_users', 'cumulated.cohort_size') }} as retention_rate,
    {{ as_money('cumulated.revenue') }} as revenue,
    {{ money_per('cumulated.cumulative_revenue', 'cumulated.cohort_size') }} as cumulative_revenue_per_user
from cumulated
inner join platforms on cumulated.platform = platforms.platform
