-- All dates of the platform, before the mart cuts them.
with days as (

    select * from {{ ref('int_platform_days') }}

),

money_days as (

    select * from {{ ref('int_user_money_days') }}

),

scores as (

    select platform, user_id from {{ ref('user_risk_scores') }} where is_toxic_revenue

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

signals as (

    select
        signals.platform,
        coalesce(signals.user_id, signals.creator_id) as user_id,
        cast({{ to_local('signals.detected_at', 'platforms.time_zone') }} as date) as kpi_date
    from {{ ref('int_abuse_signals') }} as signals
    inner join platforms on signals.platform = platforms.platform

),

params as (

    {{ pivot_params('executive_params', ['window_days']) }}

),

purchases as (

    select
        platform,
        business_date as kpi_date,
        sum(purchase_count) as purchase_count
    from money_days
    group by platform, business_date

),

-- An amount is in the window from its date until the window has passed it.
toxic_steps as (

    select
        money_days.platform,
        money_days.user_id,
        money_days.business_date as kpi_date,
        money_days.total_revenue as revenue_step,
        money_days.total_revenue - money_days.refund_amount - money_days.chargeback_amount as net_step
    from money_days
    inner join scores on money_days.platform = scores.platform and money_days.user_id = scores.user_id

    union all

    select
        money_days.platform,
        money_days.user_id,
        {{ add_days('money_days.business_date', 'params.window_days') }},
        -money_days.total_revenue,
        -(money_days.total_revenue - money_days.refund_amount - money_days.chargeback_amount)
    from money_days
    cross join params
    inner join scores on money_days.platform = scores.platform and money_days.user_id = scores.user_id

),

toxic_changes as (

    select
        platform,
        user_id,
        kpi_date,
        sum(revenue_step) as revenue_change,
        sum(net_step) as net_change
    from toxic_steps
    group by platform, user_id, kpi_date

),

-- what a toxic user nets in the window counts as lost where it is more than nothing
toxic_windows as (

    select
        platform,
        user_id,
        kpi_date,
        revenue_change,
        greatest(0, sum(net_change) over (
            partition by platform, user_id order by kpi_date
            rows between unbounded preceding and current row
        )) as toxic_net
    from toxic_changes

),

toxic_differences as (

    select
        platform,
        kpi_date,
        revenue_change,
        toxic_net - coalesce(lag(toxic_net) over (partition by platform, user_id order by kpi_date), 0)
            as toxic_net_change
    from toxic_windows

),

toxic_days as (

    select
        platform,
        kpi_date,
        sum(revenue_change) as revenue_change,
        sum(toxic_net_change) as toxic_net_change
    from toxic_differences
    group by platform, kpi_date

),

-- money of the days, and of the window that ends with each
joined as (

    select
        days.platform,
        days.kpi_date,
        days.is_complete,
        days.currency,
        days.total_revenue,
        days.refund_amount,
        days.chargeback_amount,
        days.chargeback_count,
        days.refund_rate,
        days.total_revenue - days.refund_amount - days.chargeback_amount as net_revenue,
        coalesce(purchases.purchase_count, 0) as purchase_count,
        coalesce(toxic_days.revenue_change, 0) as toxic_revenue_change,
        coalesce(toxic_days.toxic_net_change, 0) as toxic_net_change
    from days
    left join purchases on days.platform = purchases.platform and days.kpi_date = purchases.kpi_date
    left join toxic_days on days.platform = toxic_days.platform and days.kpi_date = toxic_days.kpi_date

),

running as (

    select
        joined.*,
        {%- for column in [
            'total_revenue', 'net_revenue', 'chargeback_count', 'purchase_count', 'toxic_revenue_change',
            'toxic_net_change'
        ] %}
        sum(joined.{{ column }}) over (
            partition by joined.platform order by joined.kpi_date
            rows between unbounded preceding and current row
        ) as {{ column }}_so_far
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from joined

),

windowed as (

    select
        running.platform,
        running.kpi_date,
        running.is_complete,
        running.currency,
        running.total_revenue,
        running.refund_amount,
        running.chargeback_amount,
        running.net_revenue,
        running.refund_rate,
        {%- for column in ['total_revenue', 'net_revenue', 'chargeback_count', 'purchase_count'] %}
        running.{{ column }}_so_far - coalesce(before.{{ column }}_so_far, 0) as {{ column }}_30d,
        {%- endfor %}
        -- these already leave the window by themselves
        running.toxic_revenue_change_so_far as toxic_revenue_30d,
        running.toxic_net_change_so_far as toxic_net_30d
    from running
    cross join params
    left join running as before
        on
            running.platform = before.platform
            and before.kpi_date = {{ add_days('running.kpi_date', '-params.window_days') }}

),

month_sums as (

    select
        platform,
        kpi_date,
        sum(total_revenue) over (
            partition by platform, {{ period_start('month', 'kpi_date') }} order by kpi_date
            rows between unbounded preceding and current row
        ) as month_to_date_revenue
    from days

),

-- the same day of the month before, or its last day where that month is shorter
months_before as (

    select
        days.platform,
        days.kpi_date,
        least(
            {{ add_days(
                period_start('month', add_days(period_start('month', 'days.kpi_date'), -1)),
                'extract(day from days.kpi_date) - 1'
            ) }},
            {{ add_days(period_start('month', 'days.kpi_date'), -1) }}
        ) as date_before
    from days

),

signal_days as (

    select
        platform,
        kpi_date,
        count(*) as fraud_signal_count,
        count(distinct user_id) as fraud_affected_users
    from signals
    group by platform, kpi_date

),

first_signals as (

    select
        platform,
        user_id,
        min(kpi_date) as first_signal_date
    from signals
    group by platform, user_id

),

losses as (

    select
        money_days.platform,
        money_days.business_date as kpi_date,
        sum(money_days.refund_amount + money_days.chargeback_amount) as estimated_fraud_loss
    from money_days
    inner join first_signals
        on
            money_days.platform = first_signals.platform
            and money_days.user_id = first_signals.user_id
            and money_days.business_date >= first_signals.first_signal_date
    group by money_days.platform, money_days.business_date

)

select
    windowed.*,
    month_sums.month_to_date_revenue,
    {{ rate_of('month_sums.month_to_date_revenue', 'sums_before.month_to_date_revenue') }} - 1 as revenue_growth_mom,
    coalesce(signal_days.fraud_signal_count, 0) as fraud_signal_count,
    coalesce(signal_days.fraud_affected_users, 0) as fraud_affected_users,
    coalesce(losses.estimated_fraud_loss, 0) as estimated_fraud_loss
from windowed
inner join month_sums
    on windowed.platform = month_sums.platform and windowed.kpi_date = month_sums.kpi_date
inner join months_before
    on windowed.platform = months_before.platform and windowed.kpi_date = months_before.kpi_date
left join month_sums as sums_before
    on windowed.platform = sums_before.platform and months_before.date_before = sums_before.kpi_date
left join signal_days
    on windowed.platform = signal_days.platform and windowed.kpi_date = signal_days.kpi_date
left join losses
    on windowed.platform = losses.platform and windowed.kpi_date = losses.kpi_date
