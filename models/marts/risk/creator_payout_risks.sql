{%- set components = ['chargeback', 'toxic_payers', 'refund', 'signals'] -%}
with payouts as (

    select * from {{ ref('int_pending_payouts') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

users as (

    select platform, user_id from {{ ref('dim_users') }}

),

params as (

    {{ pivot_params('risk_params', ['risk_window_days']) }}

),

money as (

    select money.*
    from {{ ref('int_money') }} as money
    cross join params
    where {{ is_trailing('money.occurred_at', 'params.risk_window_days', as_of()) }}

),

signals as (

    select signals.*
    from {{ ref('int_abuse_signals') }} as signals
    cross join params
    where {{ is_trailing('signals.detected_at', 'params.risk_window_days', as_of()) }}

),

scores as (

    select platform, user_id, is_toxic_revenue from {{ ref('user_risk_scores') }}

),

counts as (

    select * from {{ ref('int_user_risk_counts') }}

),

weights as (

    {{ component_weights('payout_risk', components) }}

),

flags as (

    select * from {{ ref('risk_flags') }} where mart = 'creator_payout_risks'

),

rules as (

    select * from {{ ref('payout_rules') }}

),

creators as (

    select distinct platform, creator_id from payouts

),

-- what a payer spent on a creator, gross
paid as (

    select
        money.platform,
        money.creator_id,
        money.user_id,
        count(*) as transactions,
        sum(money.money) as received
    from money
    inner join creators
        on money.platform = creators.platform and money.creator_id = creators.creator_id
    where money.kind = 'spend'
    group by money.platform, money.creator_id, money.user_id

),

receipts as (

    select
        paid.platform,
        paid.creator_id,
        sum(paid.transactions) as transactions,
        sum(paid.received) as received,
        sum(case when scores.is_toxic_revenue then paid.received else 0 end) as toxic_received,
        sum(coalesce(counts.chargeback_amount, 0)) as payer_chargebacks,
        sum(coalesce(counts.transaction_volume, 0)) as payer_cash
    from paid
    left join scores on paid.platform = scores.platform and paid.user_id = scores.user_id
    left join counts on paid.platform = counts.platform and paid.user_id = counts.user_id
    group by paid.platform, paid.creator_id

),

refunds as (

    select
        money.platform,
        money.creator_id,
        count(*) as refund_count
    from money
    inner join creators
        on money.platform = creators.platform and money.creator_id = creators.creator_id
    where money.kind = 'refund'
    group by money.platform, money.creator_id

),

signal_counts as (

    select
        creators.platform,
        creators.creator_id,
        count(*) as signal_count
    from creators
    inner join signals
        on
            creators.platform = signals.platform
            and (creators.creator_id = signals.user_id or creators.creator_id = signals.creator_id)
    group by creators.platform, creators.creator_id

),

measured as (

    select
        creators.platform,
        creators.creator_id,
        users.user_id is not null as is_known,
        coalesce(receipts.received, 0) as received,
        {{ rate_of('receipts.toxic_received', 'receipts.received') }} as toxic_payer_share,
        {{ rate_or_all('coalesce(refunds.refund_count, 0)', 'coalesce(receipts.transactions, 0)', 'null') }}
            as refund_count_rate,
        {{ rate_or_all('coalesce(receipts.payer_chargebacks, 0)', 'coalesce(receipts.payer_cash, 0)', 'null') }}
            as chargeback_likelihood,
        coalesce(signal_counts.signal_count, 0) as signal_count
    from creators
    left join users on creators.platform = users.platform and creators.creator_id = users.user_id
    left join receipts
        on creators.platform = receipts.platform and creators.creator_id = receipts.creator_id
    left join refunds
        on creators.platform = refunds.platform and creators.creator_id = refunds.creator_id
    left join signal_counts
        on creators.platform = signal_counts.platform and creators.creator_id = signal_counts.creator_id

),

weighed as (

    select
        measured.*,
        weights.*,
        {{ capped_part('measured.chargeback_likelihood', 'chargeback') }} as chargeback_component,
        {{ capped_part('measured.toxic_payer_share', 'toxic_payers') }} as toxic_payers_component,
        {{ capped_part('measured.refund_count_rate', 'refund') }} as refund_component,
        {{ capped_part('measured.signal_count', 'signals') }} as signals_component
    from measured
    cross join weights

),

scored as (

    select
        *,
        {{ rounded_score('100 * (' ~ weighted_sum(components) ~ ')') }} as risk_score
    from weighed

),

held_flags as (

    select
        scored.platform,
        scored.creator_id,
        {{ ordered_list('flags.flag', 'flags.position') }} as risk_factors
    from scored
    inner join flags on {{ flag_holds(
        'flags', ['chargeback_likelihood', 'toxic_payer_share', 'refund_count_rate', 'signal_count', 'received'], 'scored'
    ) }}
    group by scored.platform, scored.creator_id

)

select
    payouts.platform,
    payouts.payout_id,
    payouts.creator_id,
    payouts.amount,
    platforms.currency,
    payouts.requested_at,
    {{ as_money('scored.received') }} as received,
    scored.toxic_payer_share,
    scored.refund_count_rate,
    scored.chargeback_likelihood,
    cast(scored.signal_count as bigint) as signal_count,
    scored.risk_score,
    case
        when scored.is_known and scored.received > 0 then rules.recommended_action
        else rules.action_when_nothing_received
    end as recommended_action,
    rules.is_automatic and scored.is_known and scored.received > 0 as is_automatic,
    coalesce(held_flags.risk_factors, '') as risk_factors
from payouts
inner join platforms on payouts.platform = platforms.platform
inner join scored on payouts.platform = scored.platform and payouts.creator_id = scored.creator_id
inner join rules
    on
        platforms.currency = rules.currency
        and cast(scored.risk_score as decimal(9, 2)) >= rules.score_from
        and cast(scored.risk_score as decimal(9, 2)) <= rules.score_to
        and (rules.amount_from is null or payouts.amount >= rules.amount_from)
        and (rules.amount_below is null or payouts.amount < rules.amount_below)
left join held_flags
    on payouts.platform = held_flags.platform and payouts.creator_id = held_flags.creator_id
