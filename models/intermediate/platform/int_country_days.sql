{#- The windows of active users: column suffix and the param that holds the length in dates. -#}
{%- set windows = [('', none), ('_7d', 'active_window_short_days'), ('_30d', 'active_window_long_days')] -%}
with dates as (

    select * from {{ ref('int_dates') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

gaps as (

    select * from {{ ref('int_activity_gaps') }}

),

money_days as (

    select * from {{ ref('int_user_money_days') }}

),

safety_events as (

    select * from {{ ref('int_safety_events') }}

),

params as (

    select
        max(case when param = 'active_window_short_days' then cast(value as integer) end)
            as active_window_short_days,
        max(case when param = 'active_window_long_days' then cast(value as integer) end)
            as active_window_long_days,
        max(case when param = 'churn_days' then cast(value as integer) end) as churn_days
    from {{ ref('kpi_params') }}

),

created as (

    select
        platform,
        region,
        country_code,
        created_date as kpi_date,
        count(*) as new_users
    from users
    group by platform, region, country_code, created_date

),

verified as (

    select
        platform,
        region,
        country_code,
        verified_date as kpi_date,
        count(*) as verified_users
    from users
    where verified_date is not null
    group by platform, region, country_code, verified_date

),

-- A user is active in the N dates ending on d from an active date on until N dates later, or until
-- the next active date takes over: plus one where that begins, minus one where it ends.
active_steps as (

    select
        platform,
        region,
        country_code,
        from_date as kpi_date,
        {%- for suffix, param in windows %}
        users as active_users{{ suffix }}_step
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from gaps
    where is_active
    {%- for suffix, param in windows %}

    union all

    select
        gaps.platform,
        gaps.region,
        gaps.country_code,
        {{ leaves_window_on(
            'gaps.from_date', 'gaps.next_active_date', 'params.' ~ param if param else 1
        ) }} as kpi_date,
        {%- for ended, _ in windows %}
        {{ '-gaps.users' if ended == suffix else '0' }} as active_users{{ ended }}_step
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from gaps
    cross join params
    where gaps.is_active
    {%- endfor %}

),

active_changes as (

    select
        platform,
        region,
        country_code,
        kpi_date,
        {%- for suffix, param in windows %}
        sum(active_users{{ suffix }}_step) as active_users{{ suffix }}_change
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from active_steps
    group by platform, region, country_code, kpi_date

),

-- churned: nothing in the churn_days after a day of activity
churned as (

    select
        gaps.platform,
        gaps.region,
        gaps.country_code,
        {{ add_days('gaps.from_date', 'params.churn_days') }} as kpi_date,
        sum(gaps.users) as churned_users,
        sum(case when gaps.is_active then gaps.users else 0 end) as churned_users_ever_active
    from gaps
    cross join params
    where
        gaps.next_active_date is null
        or gaps.next_active_date > {{ add_days('gaps.from_date', 'params.churn_days') }}
    group by
        gaps.platform,
        gaps.region,
        gaps.country_code,
        {{ add_days('gaps.from_date', 'params.churn_days') }}

),

money as (

    select
        money_days.platform,
        coalesce(users.region, 'UNKNOWN') as region,
        coalesce(users.country_code, 'ZZ') as country_code,
        money_days.business_date as kpi_date,
        sum(money_days.cash_revenue) as cash_revenue,
        sum(money_days.total_revenue) as total_revenue,
        sum(money_days.tokens_spent) as tokens_spent,
        sum(money_days.refund_count) as refund_count,
        sum(money_days.refund_amount) as refund_amount,
        sum(money_days.chargeback_count) as chargeback_count,
        sum(money_days.chargeback_amount) as chargeback_amount,
        sum(case when money_days.payment_count > 0 and users.user_id is not null then 1 else 0 end)
            as paying_users
    from money_days
    left join users
        on money_days.platform = users.platform and money_days.user_id = users.user_id
    group by
        money_days.platform,
        coalesce(users.region, 'UNKNOWN'),
        coalesce(users.country_code, 'ZZ'),
        money_days.business_date

),

safety as (

    select
        safety_events.platform,
        coalesce(users.region, 'UNKNOWN') as region,
        coalesce(users.country_code, 'ZZ') as country_code,
        safety_events.business_date as kpi_date,
        sum(case when safety_events.kind = 'panic' then 1 else 0 end) as panic_events,
        sum(case when safety_events.kind = 'mismatch' then 1 else 0 end) as mismatch_reports
    from safety_events
    left join users
        on safety_events.platform = users.platform and safety_events.user_id = users.user_id
    where safety_events.kind in ('panic', 'mismatch')
    group by
        safety_events.platform,
        coalesce(users.region, 'UNKNOWN'),
        coalesce(users.country_code, 'ZZ'),
        safety_events.business_date

),

countries as (

    select platform, region, country_code from users

    union

    select platform, 'UNKNOWN' as region, 'ZZ' as country_code from dates

),

keys as (

    select
        dates.platform,
        countries.region,
        countries.country_code,
        dates.kpi_date,
        dates.is_complete
    from dates
    inner join countries on dates.platform = countries.platform

),

-- activity may lie before the platform's first event: it counts in the sums that follow
all_steps as (

    select platform, region, country_code, kpi_date from keys

    union

    select platform, region, country_code, kpi_date from active_changes

),

active as (

    select
        all_steps.platform,
        all_steps.region,
        all_steps.country_code,
        all_steps.kpi_date,
        {%- for suffix, param in windows %}
        sum(coalesce(active_changes.active_users{{ suffix }}_change, 0)) over ( -- noqa: RF02
            partition by all_steps.platform, all_steps.region, all_steps.country_code
            order by all_steps.kpi_date
            rows between unbounded preceding and current row
        ) as active_users{{ suffix }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from all_steps
    left join active_changes
        on
            all_steps.platform = active_changes.platform
            and all_steps.region = active_changes.region
            and all_steps.country_code = active_changes.country_code
            and all_steps.kpi_date = active_changes.kpi_date

)

select
    keys.platform,
    keys.region,
    keys.country_code,
    keys.kpi_date,
    keys.is_complete,
    cast(coalesce(created.new_users, 0) as bigint) as new_users,
    cast(coalesce(verified.verified_users, 0) as bigint) as verified_users,
    cast(active.active_users as bigint) as active_users,
    cast(active.active_users_7d as bigint) as active_users_7d,
    cast(active.active_users_30d as bigint) as active_users_30d,
    cast(coalesce(churned.churned_users, 0) as bigint) as churned_users,
    cast(coalesce(churned.churned_users_ever_active, 0) as bigint) as churned_users_ever_active,
    cast(coalesce(money.paying_users, 0) as bigint) as paying_users,
    {{ as_money('coalesce(money.cash_revenue, 0)') }} as cash_revenue,
    {{ as_money('coalesce(money.total_revenue, 0)') }} as total_revenue,
    {{ as_money('coalesce(money.tokens_spent, 0)') }} as tokens_spent,
    cast(coalesce(money.refund_count, 0) as bigint) as refund_count,
    {{ as_money('coalesce(money.refund_amount, 0)') }} as refund_amount,
    cast(coalesce(money.chargeback_count, 0) as bigint) as chargeback_count,
    {{ as_money('coalesce(money.chargeback_amount, 0)') }} as chargeback_amount,
    cast(coalesce(safety.panic_events, 0) as bigint) as panic_events,
    cast(coalesce(safety.mismatch_reports, 0) as bigint) as mismatch_reports
from keys
inner join active
    on
        keys.platform = active.platform
        and keys.region = active.region
        and keys.country_code = active.country_code
        and keys.kpi_date = active.kpi_date
{%- for source in ['created', 'verified', 'churned', 'money', 'safety'] %}
left join {{ source }}
    on
        keys.platform = {{ source }}.platform
        and keys.region = {{ source }}.region
        and keys.country_code = {{ source }}.country_code
        and keys.kpi_date = {{ source }}.kpi_date
{%- endfor %}
