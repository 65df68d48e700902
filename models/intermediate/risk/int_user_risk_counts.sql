with money as (

    select * from {{ ref('int_money') }}

),

signals as (

    select * from {{ ref('int_abuse_signals') }}

),

params as (

    {{ pivot_params('risk_params', ['risk_window_days']) }}

),

money_counts as (

    select
        money.platform,
        money.user_id,
        sum(case when money.kind = 'purchase' then 1 else 0 end) as purchase_count,
        sum(case when money.is_risk_spend then 1 else 0 end) as spend_count,
        sum(case when money.kind = 'refund' then 1 else 0 end) as refund_count,
        sum(case when money.kind = 'chargeback' then 1 else 0 end) as chargeback_count,
        sum(money.cash) as transaction_volume,
        sum(money.total_revenue) as total_revenue,
        sum(case when money.kind = 'refund' then money.money else 0 end) as refund_amount,
        sum(case when money.kind = 'chargeback' then money.money else 0 end) as chargeback_amount,
        sum(case when money.is_revenue_event then 1 else 0 end) as revenue_event_count
    from money
    cross join params
    where {{ is_trailing('money.occurred_at', 'params.risk_window_days', as_of()) }}
    group by money.platform, money.user_id

),

-- the user of a signal: the one who acted, else the creator
signal_counts as (

    select
        signals.platform,
        coalesce(signals.user_id, signals.creator_id) as user_id,
        count(*) as signal_count
    from signals
    cross join params
    where {{ is_trailing('signals.detected_at', 'params.risk_window_days', as_of()) }}
    group by signals.platform, coalesce(signals.user_id, signals.creator_id)

),

users as (

    select platform, user_id from money_counts
    union
    select platform, user_id from signal_counts

)

select
    users.platform,
    users.user_id,
    coalesce(money_counts.purchase_count, 0) as purchase_count,
    coalesce(money_counts.spend_count, 0) as spend_count,
    coalesce(money_counts.refund_count, 0) as refund_count,
    coalesce(money_counts.chargeback_count, 0) as chargeback_count,
    {{ as_money('coalesce(money_counts.transaction_volume, 0)') }} as transaction_volume,
    {{ as_money('coalesce(money_counts.total_revenue, 0)') }} as total_revenue,
    {{ as_money('coalesce(money_counts.refund_amount, 0)') }} as refund_amount,
    {{ as_money('coalesce(money_counts.chargeback_amount, 0)') }} as chargeback_amount,
    coalesce(money_counts.revenue_event_count, 0) as revenue_event_count,
    coalesce(signal_counts.signal_count, 0) as signal_count
from users
left join money_counts
    on users.platform = money_counts.platform and users.user_id = money_counts.user_id
left join signal_counts
    on users.platform = signal_counts.platform and users.user_id = signal_counts.user_id
