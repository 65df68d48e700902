{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'A week or month is the sum of its dates; readers add the daily mart up themselves.'}
) }}
-- Against platform_kpi_daily for the periods that lie in the dates it keeps, so that two published
-- marts are compared. Distinct users can't be added: they lie between the greatest date and the sum. The
-- platform's first period also counts dates of users.lastActiveAt before the first event, which the daily mart
-- has not.
{%- set metrics = [
    'new_users', 'churned_users', 'cash_revenue', 'total_revenue', 'total_platform_earnings', 'refund_amount',
    'chargeback_amount'
] %}
with days as (

    select * from {{ ref('platform_kpi_daily') }}

),

kept as (

    select platform, min(kpi_date) as first_kept_date
    from days
    group by platform

),

{%- for period in ['week', 'month'] %}

{{ period }}s as (

    select
        platform,
        '{{ period }}' as period_type,
        {{ period_start(period, 'kpi_date') }} as period_start,
        {%- for metric in metrics %}
        sum({{ metric }}) as {{ metric }},
        {%- endfor %}
        sum(case when is_complete then 1 else 0 end) as total_days,
        max(active_users) as most_active_users,
        sum(active_users) as all_active_users,
        max(paying_users) as most_paying_users,
        sum(paying_users) as all_paying_users
    from days
    group by platform, {{ period_start(period, 'kpi_date') }}

),
{%- endfor %}

expected as (

    select * from weeks
    union all
    select * from months

),

-- active dates of users before the platform's first date
early_days as (

    select
        active_days.platform,
        active_days.business_date
    from {{ ref('int_active_days') }} as active_days
    inner join {{ ref('dim_users') }} as users
        on active_days.platform = users.platform and active_days.user_id = users.user_id
    inner join {{ ref('int_platforms') }} as platforms on active_days.platform = platforms.platform
    where active_days.business_date < platforms.first_date

),

early as (

    {%- for period in ['week', 'month'] %}
    select
        platform,
        '{{ period }}' as period_type,
        {{ period_start(period, 'business_date') }} as period_start,
        count(*) as early_active_users
    from early_days
    group by platform, {{ period_start(period, 'business_date') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

periods as (

    select published.*
    from {{ ref('platform_kpi_periods') }} as published
    inner join kept on published.platform = kept.platform
    inner join {{ ref('int_platforms') }} as platforms on published.platform = platforms.platform
    -- the first date kept is the platform's first one, or the period begins at or after it
    where
        published.period_start >= kept.first_kept_date
        or kept.first_kept_date = platforms.first_date

)

select
    periods.platform,
    periods.period_type,
    periods.period_start,
    {%- for metric in metrics %}
    periods.{{ metric }},
    expected.{{ metric }} as {{ metric }}_of_dates,
    {%- endfor %}
    periods.total_days,
    expected.total_days as complete_dates,
    periods.active_users,
    periods.paying_users
from periods
left join expected
    on
        periods.platform = expected.platform
        and periods.period_type = expected.period_type
        and periods.period_start = expected.period_start
left join early
    on
        periods.platform = early.platform
        and periods.period_type = early.period_type
        and periods.period_start = early.period_start
where
    expected.platform is null
    {%- for metric in metrics %}
    or periods.{{ metric }} <> expected.{{ metric }}
    {%- endfor %}
    or periods.total_days <> expected.total_days
    or periods.active_users < expected.most_active_users
    or periods.active_users > expected.all_active_users + coalesce(early.early_active_users, 0)
    or periods.paying_users not between expected.most_paying_users and expected.all_paying_users
