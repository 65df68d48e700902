select
    user_id,
    sent_at as occurred_at
from {{ ref('stg_avalo__retention_contacts') }}
