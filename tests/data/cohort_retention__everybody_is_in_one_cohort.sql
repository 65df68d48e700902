{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'Cohorts hold every known user once, and have a row for every month up to that of D.'
}) }}

with users as (

    select
        platform,
        {{ period_start('month', 'created_date') }} as cohort_month,
        count(*) as cohort_size
    from {{ ref('dim_users') }}
    group by platform, {{ period_start('month', 'created_date') }}

),

cohorts as (

    select
        platform,
        cohort_month,
        min(cohort_size) as least_size,
        max(cohort_size) as greatest_size,
        count(*) as months,
        max(period_index) as last_index,
        max(active_users) as greatest_active
    from {{ ref('cohort_retention') }}
    group by platform, cohort_month

),

platforms as (

    select
        platform,
        {{ period_start('month', 'current_date_local') }} as last_month
    from {{ ref('int_platforms') }}

)

select
    coalesce(users.platform, cohorts.platform) as platform,
    coalesce(users.cohort_month, cohorts.cohort_month) as cohort_month,
    users.cohort_size,
    cohorts.least_size,
    cohorts.greatest_size,
    cohorts.months,
    cohorts.last_index
from users
full outer join cohorts
    on users.platform = cohorts.platform and users.cohort_month = cohorts.cohort_month
left join platforms on users.platform = platforms.platform
where
    users.cohort_month is null
    or cohorts.cohort_month is null
    or users.cohort_size <> cohorts.least_size
    or users.cohort_size <> cohorts.greatest_size
    or cohorts.greatest_active > users.cohort_size
    or cohorts.last_index <> {{ months_between_starts('users.cohort_month', 'platforms.last_month') }}
    or cohorts.months <> cohorts.last_index + 1
