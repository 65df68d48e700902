with counts as (

    select * from {{ ref('int_user_risk_counts') }}
    where refund_count + chargeback_count + signal_count > 0

),

users as (

    select * from {{ ref('dim_users') }} where not is_deleted

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

scores as (

    select * from {{ ref('user_risk_scores') }}

),

churn as (

    select platform, user_id, churn_score from {{ ref('churn_scores') }}

),

signals as (

    select * from {{ ref('int_abuse_signals') }}

),

params as (

    {{ pivot_params('risk_params', ['risk_window_days']) }}

),

flags as (

    select * from {{ ref('risk_flags') }} where mart = 'fraud_revenue_correlations'

),

weights as (

    {{ component_weights('fraud_correlation', ['reversal', 'signals']) }}

),

type_names as (

    select distinct
        signals.platform,
        coalesce(signals.user_id, signals.creator_id) as user_id,
        signals.signal_type
    from signals
    cross join params
    where {{ is_trailing('signals.detected_at', 'params.risk_window_days', as_of()) }}

),

types as (

    select
        platform,
        user_id,
        {{ ordered_list('signal_type', 'signal_type') }} as signal_types
    from type_names
    group by platform, user_id

),

measured as (

    select
        counts.platform,
        counts.user_id,
        platforms.currency,
        counts.total_revenue,
        counts.revenue_event_count,
        counts.signal_count,
        counts.refund_amount + counts.chargeback_amount as reversed_amount,
        case
            when counts.total_revenue > 0
                then least(
                    1, {{ rate_of('(counts.refund_amount + counts.chargeback_amount)', 'counts.total_revenue') }}
                )
            when counts.refund_amount + counts.chargeback_amount > 0 then 1
            else 0
        end as reversal_rate,
        coalesce(types.signal_types, '') as signal_types,
        scores.is_toxic_revenue,
        scores.chargeback_rate,
        scores.refund_count_rate,
        scores.account_age_days,
        churn.churn_score
    from counts
    inner join users on counts.platform = users.platform and counts.user_id = users.user_id
    inner join platforms on counts.platform = platforms.platform
    inner join scores on counts.platform = scores.platform and counts.user_id = scores.user_id
    left join churn on counts.platform = churn.platform and counts.user_id = churn.user_id
    left join types on counts.platform = types.platform and counts.user_id = types.user_id

),

held_flags as (

    select
        measured.platform,
        measured.user_id,
        {{ ordered_list('flags.flag', 'flags.position') }} as risk_factors
    from measured
    inner join flags on {{ flag_holds(
        'flags', ['chargeback_rate', 'refund_count_rate', 'signal_count', 'account_age_days', 'churn_score'], 'measured'
    ) }}
    group by measured.platform, measured.user_id

),

valued as (

    select
        measured.*,
        coalesce(held_flags.risk_factors, '') as risk_factors,
        case
            when measured.is_toxic_revenue then measured.total_revenue
            else least(measured.total_revenue, measured.reversed_amount)
        end as toxic_revenue_amount
    from measured
    left join held_flags
        on measured.platform = held_flags.platform and measured.user_id = held_flags.user_id

)

select
    valued.platform,
    valued.user_id,
    valued.total_revenue,
    cast(valued.revenue_event_count as bigint) as transaction_count,
    {{ money_per('valued.total_revenue', 'valued.revenue_event_count') }} as avg_transaction_size,
    {{ as_money('valued.reversed_amount') }} as reversed_amount,
    cast(valued.reversal_rate as double) as reversal_rate,
    cast(valued.signal_count as bigint) as signal_count,
    valued.signal_types,
    {{ as_money('valued.toxic_revenue_amount') }} as toxic_revenue_amount,
    {{ rate_of('valued.toxic_revenue_amount', 'valued.total_revenue') }} as toxic_revenue_rate,
    {{ rounded_score(
        '100 * (weights.reversal_weight * ' ~ capped_part('valued.reversal_rate', 'reversal')
        ~ ' + weights.signals_weight * ' ~ capped_part('valued.signal_count', 'signals') ~ ')'
    ) }} as correlation_score,
    valued.risk_factors,
    valued.currency
from valued
cross join weights
