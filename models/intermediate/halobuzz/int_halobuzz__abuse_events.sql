select
    'refund_loop' as signal_type,
    user_id as subject,
    user_id,
    cast(null as {{ dbt.type_string() }}) as creator_id,
    created_at as occurred_at,
    cast(0 as decimal(18, 4)) as value
from {{ ref('stg_halobuzz__transactions') }}
where type = 'refund' and status = 'completed'

union all

select
    'bot_behavior',
    user_id,
    user_id,
    cast(null as {{ dbt.type_string() }}),
    started_at,
    cast(0 as decimal(18, 4))
from {{ ref('stg_halobuzz__sessions') }}
