select
    'refund_loop' as signal_type,
    user_id,
    cast(null as {{ dbt.type_string() }}) as creator_id,
    occurred_at,
    cast(0 as decimal(18, 4)) as value
from {{ ref('int_money') }}
where platform = 'halobuzz' and kind = 'refund'
