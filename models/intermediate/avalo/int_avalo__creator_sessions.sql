select creator_id, started_at as occurred_at
from {{ ref('stg_avalo__ai_chat_sessions') }}
where creator_id is not null
