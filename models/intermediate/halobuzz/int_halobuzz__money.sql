{%- set branches = {
    'purchases': "type in ('coin_topup', 'og_subscription')",
    'gifts': "type = 'gift'",
    'refunds': "type = 'refund'",
    'chargebacks': "type = 'chargeback'",
    'others': "type not in ('coin_topup', 'og_subscription', 'gift', 'refund', 'chargeback')",
} -%}
-- one name for each use: DuckDB works a part that is named twice out first, all of history of it
with
{%- for name, condition in branches.items() %}
{{ name }} as (

    select * from {{ ref('stg_halobuzz__transactions') }} where status = 'completed' and {{ condition }}

),
{% endfor %}
refunded as (

    select * from {{ ref('stg_halobuzz__transactions') }}

),

game_sessions as (

    select * from {{ ref('stg_halobuzz__game_sessions') }}

),

refunded_states as (

    select
        document_id,
        changed_in,
        settles_at
    from {{ ref('base_halobuzz__transactions') }}

)

select
    document_id as event_id,
    'purchase' as kind,
    type as source,
    user_id,
    cast(null as {{ dbt.type_string() }}) as creator_id,
    created_at as occurred_at,
    cast(null as {{ dbt.type_string() }}) as context,
    cast(null as {{ dbt.type_string() }}) as category,
    case when type = 'coin_topup' then coalesce(coins, 0) else 0 end as tokens,
    amount as cash,
    currency_code as cash_currency,
    coalesce(platform_fee, 0) as fee_cash,
    cast(0 as decimal(26, 14)) as payout_tokens,
    true as is_valued_in_cash,
    false as is_token_spend,
    true as is_payment,
    cast(null as decimal(26, 14)) as receiver_tokens,
    payment_method,
    og_tier,
    false as is_risk_spend,
    'transactions' as collection,
    changed_in,
    settles_at
from purchases

union all

-- a gift without coins is worth its amount
select
    document_id,
    'spend',
    'gift',
    user_id,
    host_id,
    created_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    coalesce(coins, 0),
    amount,
    currency_code,
    coalesce(platform_fee, 0),
    cast(0 as decimal(26, 14)),
    coins is null,
    true,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    true,
    'transactions',
    changed_in,
    settles_at
from gifts

union all

select
    document_id,
    'spend',
    'game',
    user_id,
    cast(null as {{ dbt.type_string() }}),
    started_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    stake_coins,
    cast(0 as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(0 as decimal(26, 14)),
    payout_coins,
    false,
    true,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'gameSessions',
    changed_in,
    settles_at
from game_sessions

union all

-- a refund belongs to the kind of transaction that it gives back
select
    refunds.document_id,
    'refund',
    'refund',
    refunds.user_id,
    coalesce(refunds.host_id, refunded.host_id),
    refunds.created_at,
    cast(null as {{ dbt.type_string() }}),
    coalesce(refunded.type, 'other'),
    coalesce(refunds.coins, 0),
    refunds.amount,
    refunds.currency_code,
    coalesce(refunds.platform_fee, 0),
    cast(0 as decimal(26, 14)),
    true,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'transactions',
    greatest(refunds.changed_in, coalesce(refunded_states.changed_in, 0)),
    greatest(refunds.settles_at, coalesce(refunded_states.settles_at, refunds.settles_at))
from refunds
left join refunded
    on refunds.refund_of = refunded.document_id
-- what was refunded may change later, or go: then the refund is read again
left join refunded_states
    on refunds.refund_of = refunded_states.document_id

union all

select
    document_id,
    'chargeback',
    'chargeback',
    user_id,
    host_id,
    created_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    cast(0 as decimal(26, 14)),
    amount,
    currency_code,
    coalesce(platform_fee, 0),
    cast(0 as decimal(26, 14)),
    true,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'transactions',
    changed_in,
    settles_at
from chargebacks

union all

-- other completed transactions move no money that the KPIs know, but the platform keeps their fees
select
    document_id,
    'transfer',
    type,
    user_id,
    host_id,
    created_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    coalesce(coins, 0),
    cast(0 as decimal(26, 14)),
    currency_code,
    coalesce(platform_fee, 0),
    cast(0 as decimal(26, 14)),
    true,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    type = 'game_stake',
    'transactions',
    changed_in,
    settles_at
from others
