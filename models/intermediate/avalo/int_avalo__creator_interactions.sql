with interactions as (

    select * from {{ ref('int_avalo__interactions') }}

)

select
    creator_id,
    occurred_at
from interactions
where
    creator_id is not null
    and (
        kind in ('chat', 'booking', 'ai_chat', 'ai_voice', 'ai_video')
        or (kind in ('call_voice', 'call_video', 'call_other') and status = 'completed')
    )
