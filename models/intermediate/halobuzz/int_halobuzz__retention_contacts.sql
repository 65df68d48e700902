-- The platform logs no contacts.
select
    document_id as user_id,
    created_at as occurred_at
from {{ ref('stg_halobuzz__users') }}
where 1 = 0
