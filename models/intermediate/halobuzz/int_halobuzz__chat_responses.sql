-- The platform has no chats between two people.
select
    document_id as user_id,
    created_at as occurred_at,
    false as is_answered
from {{ ref('stg_halobuzz__users') }}
where 1 = 0
