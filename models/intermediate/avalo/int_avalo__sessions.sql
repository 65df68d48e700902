select
    document_id as event_id,
    user_id,
    started_at as occurred_at,
    is_crashed,
    discovery_results
from {{ ref('stg_avalo__app_sessions') }}
