{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'All cohorts of a month have no more active users and revenue than the platform had.'
}) }}

with months as (

    select
        platform,
        period_start as month,
        active_users,
        total_revenue
    from {{ ref('platform_kpi_periods') }}
    where period_type = 'month'

),

cohorts as (

    select
        cohorts.platform,
        months.month,
        months.active_users,
        months.total_revenue,
        sum(cohorts.active_users) as cohort_active_users,
        sum(cohorts.revenue) as cohort_revenue
    from {{ ref('cohort_retention') }} as cohorts
    inner join months
        on
            cohorts.platform = months.platform
            and cohorts.period_index = {{ months_between_starts('cohorts.cohort_month', 'months.month') }}
    group by cohorts.platform, months.month, months.active_users, months.total_revenue

)

select *
from cohorts
where cohort_active_users > active_users or cohort_revenue > total_revenue
