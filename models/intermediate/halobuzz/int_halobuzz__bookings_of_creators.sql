-- The platform has no bookings.
select
    document_id as creator_id,
    created_at,
    cast(null as timestamp) as cancelled_at
from {{ ref('stg_halobuzz__users') }}
where 1 = 0
