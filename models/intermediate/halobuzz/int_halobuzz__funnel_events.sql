-- every userId counts, known or not
select
    user_id,
    step,
    created_at as occurred_at,
    document_id as event_id,
    false as is_state,
    false as is_repeat
from {{ ref('stg_halobuzz__funnel_events') }}
