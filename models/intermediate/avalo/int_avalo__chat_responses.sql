select
    payer_id as user_id,
    started_at as occurred_at,
    first_response_sec is not null as is_answered
from {{ ref('stg_avalo__chats') }}
