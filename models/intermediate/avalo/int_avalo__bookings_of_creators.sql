-- A booking that its creator cancelled counts as cancelled from cancelledAt on, else from its creation.
select
    creator_id,
    created_at,
    case when status = 'cancelled_by_creator' then coalesce(cancelled_at, created_at) end as cancelled_at
from {{ ref('stg_avalo__calendar_bookings') }}
