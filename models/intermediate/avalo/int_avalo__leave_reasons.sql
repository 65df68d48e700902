select
    document_id as user_id,
    lower(leave_reason) as leave_reason
from {{ ref('stg_avalo__users') }}
where leave_reason is not null
