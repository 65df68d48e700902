with days as (

    select * from {{ ref('int_creator_days') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

)

select
    days.platform,
    days.creator_id,
    days.business_date as kpi_date,
    days.business_date < platforms.current_date_local as is_complete,
    platforms.currency,
    days.earned_tokens_chat,
    days.earned_tokens_voice,
    days.earned_tokens_video,
    days.earned_tokens_calendar,
    days.earned_tokens_events,
    days.earned_tokens_other,
    days.total_earned_tokens,
    days.total_earned_amount,
    days.sessions_count,
    days.interactions_count
from days
inner join platforms on days.platform = platforms.platform
where {{ is_kept_date('days.business_date') }}
