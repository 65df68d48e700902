with refunds as (

    select * from {{ ref('int_money') }} where platform = 'avalo' and kind = 'refund'

),

spends as (

    select * from {{ ref('int_money') }} where platform = 'avalo' and kind = 'spend'

),

alerts as (

    select * from {{ ref('stg_avalo__safety_alerts') }}

)

select
    'refund_loop' as signal_type,
    user_id,
    cast(null as {{ dbt.type_string() }}) as creator_id,
    occurred_at,
    cast(0 as decimal(18, 4)) as value
from refunds

union all

select
    'token_drain',
    user_id,
    creator_id,
    occurred_at,
    tokens
from spends
where creator_id is not null

union all

select
    'panic_spam',
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
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(0 as decimal(18, 4))
from alerts
where type = 'mismatch'

union all

select
    'ai_abuse',
    user_id,
    cast(null as {{ dbt.type_string() }}),
    created_at,
    cast(0 as decimal(18, 4))
from {{ ref('stg_avalo__ai_interactions') }}
where is_flagged
