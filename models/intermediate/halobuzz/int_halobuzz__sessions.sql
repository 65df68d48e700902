select
    document_id as event_id,
    user_id,
    started_at as occurred_at,
    is_crashed,
    cast(null as bigint) as discovery_results
from {{ ref('stg_halobuzz__sessions') }}
