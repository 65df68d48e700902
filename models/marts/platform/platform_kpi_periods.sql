with days as (

    select * from {{ ref('int_platform_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

users as (

    select platform, user_id from {{ ref('dim_users') }}

),

user_months as (

    select * from {{ ref('int_user_months') }}

),

gaps as (

    select * from {{ ref('int_activity_gaps') }} where is_active

),

payer_days as (

    select platform, user_id, business_date
    from {{ ref('int_user_money_days') }}
    where payment_count > 0

),

sums as (

    {%- for period in ['week', 'month'] %}
    select
        platform,
        '{{ period }}' as period_type,
        {{ period_start(period, 'kpi_date') }} as period_start,
        max(currency) as currency,
        sum(new_users) as new_users,
        sum(churned_users) as churned_users,
        sum(cash_revenue) as cash_revenue,
        sum(total_revenue) as total_revenue,
        sum(total_platform_earnings) as total_platform_earnings,
        sum(refund_amount) as refund_amount,
        sum(chargeback_amount) as chargeback_amount,
        sum(case when is_complete then 1 else 0 end) as total_days,
        sum(case when is_complete then total_revenue else 0 end) as complete_revenue
    from days
    group by platform, {{ period_start(period, 'kpi_date') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

-- a user's last active date of a period stands for the user: the next one is in a later period
{%- for period in ['week', 'month'] %}

active_{{ period }}s as (

    select
        platform,
        '{{ period }}' as period_type,
        {{ period_start(period, 'from_date') }} as period_start,
        sum(users) as active_users
    from gaps
    where
        next_active_date is null
        or {{ period_start(period, 'next_active_date') }} > {{ period_start(period, 'from_date') }}
    group by platform, {{ period_start(period, 'from_date') }}

),
{%- endfor %}

active as (

    select * from active_weeks

    union all

    select * from active_months

),

-- ids, each once a period
paying_ids as (

    select distinct
        platform,
        user_id,
        'week' as period_type,
        {{ period_start('week', 'business_date') }} as period_start
    from payer_days

    union all

    select
        platform,
        user_id,
        'month' as period_type,
        month as period_start
    from user_months
    where paying_days > 0

),

paying as (

    select
        ids.platform,
        ids.period_type,
        ids.period_start,
        count(*) as paying_users
    from paying_ids as ids
    inner join users on ids.platform = users.platform and ids.user_id = users.user_id
    group by ids.platform, ids.period_type, ids.period_start

),

ends as (

    select
        sums.*,
        case sums.period_type
            when 'week' then {{ add_days('sums.period_start', 7) }}
            else {{ period_start('month', add_days('sums.period_start', 31)) }}
        end as next_period_start
    from sums

),

measured as (

    select
        ends.*,
        coalesce(active.active_users, 0) as active_users,
        coalesce(paying.paying_users, 0) as paying_users,
        ends.period_start >= platforms.first_date
        and ends.next_period_start <= platforms.current_date_local as is_complete
    from ends
    inner join platforms on ends.platform = platforms.platform
    left join active
        on
            ends.platform = active.platform
            and ends.period_type = active.period_type
            and ends.period_start = active.period_start
    left join paying
        on
            ends.platform = paying.platform
            and ends.period_type = paying.period_type
            and ends.period_start = paying.period_start

),

{%- set growing = ['total_revenue', 'active_users', 'new_users', 'paying_users'] %}

compared as (

    select
        *,
        {%- for column in growing %}
        lag({{ column }}) over (partition by platform, period_type order by period_start)
            as previous_{{ column }},
        {%- endfor %}
        coalesce(
            lag(is_complete) over (partition by platform, period_type order by period_start), false
        ) as is_previous_complete
    from measured

)

select
    platform,
    period_type,
    period_start,
    is_complete,
    currency,
    cast(new_users as bigint) as new_users,
    cast(churned_users as bigint) as churned_users,
    {{ as_money('cash_revenue') }} as cash_revenue,
    {{ as_money('total_revenue') }} as total_revenue,
    {{ as_money('total_platform_earnings') }} as total_platform_earnings,
    {{ as_money('refund_amount') }} as refund_amount,
    {{ as_money('chargeback_amount') }} as chargeback_amount,
    cast(active_users as bigint) as active_users,
    cast(paying_users as bigint) as paying_users,
    cast(total_days as bigint) as total_days,
    cast({{ money_per('complete_revenue', 'total_days') }} as decimal(18, 4)) as average_daily_revenue,
    {%- for column in growing %}
    case
        when is_complete and is_previous_complete
            then {{ rate_of(column, 'previous_' ~ column) }} - 1
    end as {{ column }}_growth_rate
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from compared
