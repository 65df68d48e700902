-- PACK 324A kpi_admin_getSummary(startDate, endDate): a row for each date, and one with the totals
-- (kpi_date NULL). Vars from_date and to_date, else the last 7 complete dates of each platform. People
-- are not added up: the total of active_users and paying_users is their mean per date.
{%- set from_date = "'" ~ var('from_date') ~ "'" if var('from_date', '') else 'null' %}
{%- set to_date = "'" ~ var('to_date') ~ "'" if var('to_date', '') else 'null' %}
with bounds as (

    select
        platform,
        coalesce(cast({{ from_date }} as date), {{ add_days('max(kpi_date)', '-6') }}) as from_date,
        coalesce(cast({{ to_date }} as date), max(kpi_date)) as to_date
    from {{ ref('platform_kpi_daily') }}
    where is_complete
    group by platform

),

days as (

    select
        kpis.platform,
        kpis.kpi_date,
        kpis.currency,
        kpis.new_users,
        kpis.verified_users,
        kpis.active_users,
        kpis.paying_users,
        kpis.churned_users,
        kpis.total_tokens_spent,
        kpis.total_token_revenue,
        kpis.cash_revenue,
        kpis.total_revenue,
        kpis.total_platform_earnings,
        kpis.refund_amount,
        kpis.chargeback_amount,
        kpis.panic_events,
        kpis.mismatch_reports,
        kpis.moderation_flags,
        kpis.bans_issued
    from {{ ref('platform_kpi_daily') }} as kpis
    inner join bounds
        on
            kpis.platform = bounds.platform
            and kpis.kpi_date >= bounds.from_date
            and kpis.kpi_date <= bounds.to_date

),

summary as (

    select
        'day' as row_type,
        platform,
        kpi_date,
        1 as days,
        currency,
        cast(active_users as double) as active_users,
        cast(paying_users as double) as paying_users,
        {%- for column in [
            'new_users', 'verified_users', 'churned_users', 'total_tokens_spent', 'total_token_revenue',
            'cash_revenue', 'total_revenue', 'total_platform_earnings', 'refund_amount',
            'chargeback_amount', 'panic_events', 'mismatch_reports', 'moderation_flags', 'bans_issued'
        ] %}
        {{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from days

    union all

    select
        'total' as row_type,
        platform,
        cast(null as date) as kpi_date,
        count(*) as days,
        currency,
        avg(active_users) as active_users,
        avg(paying_users) as paying_users,
        {%- for column in [
            'new_users', 'verified_users', 'churned_users', 'total_tokens_spent', 'total_token_revenue',
            'cash_revenue', 'total_revenue', 'total_platform_earnings', 'refund_amount',
            'chargeback_amount', 'panic_events', 'mismatch_reports', 'moderation_flags', 'bans_issued'
        ] %}
        sum({{ column }}) as {{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from days
    group by platform, currency

)

select *
from summary
order by platform, row_type, kpi_date
