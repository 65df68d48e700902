-- one name for each use: DuckDB works a part that is named twice out first, all of history of it
with wallet_purchases as (

    select * from {{ ref('stg_avalo__wallet_transactions') }} where type = 'purchase' and status = 'completed'

),

wallet_spends as (

    select * from {{ ref('stg_avalo__wallet_transactions') }} where type = 'spend' and status = 'completed'

),

bookings as (

    select * from {{ ref('stg_avalo__calendar_bookings') }}

),

tickets as (

    select * from {{ ref('stg_avalo__event_tickets') }}

),

refunds as (

    select * from {{ ref('stg_avalo__refunds') }}

),

chargebacks as (

    select * from {{ ref('stg_avalo__chargebacks') }}

)

select
    document_id as event_id,
    'purchase' as kind,
    'token_purchase' as source,
    user_id,
    cast(null as {{ dbt.type_string() }}) as creator_id,
    created_at as occurred_at,
    cast(null as {{ dbt.type_string() }}) as context,
    cast(null as {{ dbt.type_string() }}) as category,
    abs(amount_tokens) as tokens,
    coalesce(amount_pln, 0) as cash,
    'PLN' as cash_currency,
    cast(0 as decimal(26, 14)) as fee_cash,
    cast(0 as decimal(26, 14)) as payout_tokens,
    false as is_valued_in_cash,
    false as is_token_spend,
    false as is_payment,
    cast(null as decimal(26, 14)) as receiver_tokens,
    provider as payment_method,
    cast(null as bigint) as og_tier,
    false as is_risk_spend,
    'walletTransactions' as collection,
    changed_in,
    settles_at
from wallet_purchases

union all

select
    document_id,
    'spend',
    'wallet',
    user_id,
    receiver_id,
    created_at,
    upper(context),
    cast(null as {{ dbt.type_string() }}),
    abs(amount_tokens),
    cast(0 as decimal(26, 14)),
    'PLN',
    cast(0 as decimal(26, 14)),
    cast(0 as decimal(26, 14)),
    false,
    true,
    true,
    receiver_tokens,
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    true,
    'walletTransactions',
    changed_in,
    settles_at
from wallet_spends

union all

-- calendar and events are read from their own documents, whatever their status: money given back
-- shows as a refund
select
    document_id,
    'order',
    'booking',
    attendee_id,
    creator_id,
    created_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    cost_tokens,
    cast(0 as decimal(26, 14)),
    'PLN',
    cast(0 as decimal(26, 14)),
    cast(0 as decimal(26, 14)),
    false,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'calendarBookings',
    changed_in,
    settles_at
from bookings

union all

select
    document_id,
    'order',
    'ticket',
    user_id,
    creator_id,
    created_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    cost_tokens,
    cast(0 as decimal(26, 14)),
    'PLN',
    cast(0 as decimal(26, 14)),
    cast(0 as decimal(26, 14)),
    false,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'eventTickets',
    changed_in,
    settles_at
from tickets

union all

-- the cash of a refund counts where it is there, 0 too; else its tokens
select
    document_id,
    'refund',
    'refund',
    user_id,
    creator_id,
    created_at,
    cast(null as {{ dbt.type_string() }}),
    category,
    coalesce(abs(amount_tokens), 0),
    coalesce(amount_pln, 0),
    'PLN',
    cast(0 as decimal(26, 14)),
    cast(0 as decimal(26, 14)),
    amount_pln is not null,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'refunds',
    changed_in,
    settles_at
from refunds
where status = 'approved'

union all

-- a dispute that the platform won took no money
select
    document_id,
    'chargeback',
    'chargeback',
    user_id,
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(null as {{ dbt.type_string() }}),
    cast(null as {{ dbt.type_string() }}),
    cast(0 as decimal(26, 14)),
    amount_pln,
    'PLN',
    cast(0 as decimal(26, 14)),
    cast(0 as decimal(26, 14)),
    true,
    false,
    false,
    cast(null as decimal(26, 14)),
    cast(null as {{ dbt.type_string() }}),
    cast(null as bigint),
    false,
    'chargebacks',
    changed_in,
    settles_at
from chargebacks
where status is null or status <> 'won'
