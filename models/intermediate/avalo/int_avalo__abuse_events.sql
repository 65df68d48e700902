with refunds as (

    select * from {{ ref('stg_avalo__refunds') }} where status = 'approved'

),

spends as (

    select * from {{ ref('stg_avalo__wallet_transactions') }}
    where type = 'spend' and status = 'completed' and receiver_id is not null

),

alerts as (

    select * from {{ ref('stg_avalo__safety_alerts') }}

),

starts as (

    select user_id, started_at from {{ ref('stg_avalo__app_sessions') }}
    union all
    select user_id, started_at from {{ ref('stg_avalo__ai_chat_sessions') }}
    union all
    select payer_id, started_at from {{ ref('stg_avalo__chats') }}

)

select
    'refund_loop' as signal_type,
    user_id as subject,
    user_id,
    cast(null as {{ dbt.type_string() }}) as creator_id,
    created_at as occurred_at,
    cast(0 as decimal(18, 4)) as value
from refunds

union all

select
    'token_drain',
    user_id || '>' || receiver_id,
    user_id,
    receiver_id,
    created_at,
    {{ to_tokens('abs(amount_tokens)') }}
from spends

union all

select
    'panic_spam',
    user_id,
    user_id,
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(0 as decimal(18, 4))
from alerts
where type = 'panic' and resolution = 'false_positive'

union all

select
    'fake_mismatch',
    user_id,
    user_id,
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(0 as decimal(18, 4))
from alerts
where type = 'mismatch'

union all

select
    'ai_abuse',
    user_id,
    user_id,
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(0 as decimal(18, 4))
from {{ ref('stg_avalo__ai_interactions') }}
where is_flagged

union all

select
    'bot_behavior',
    user_id,
    user_id,
    cast(null as {{ dbt.type_string() }}),
    started_at,
    cast(0 as decimal(18, 4))
from starts
