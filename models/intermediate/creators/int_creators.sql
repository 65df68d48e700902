with users as (

    select * from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

named as (

    select earner_id as creator_id from {{ ref('stg_avalo__chats') }}
    union
    select earner_id from {{ ref('stg_avalo__calls') }}
    union
    select creator_id from {{ ref('stg_avalo__calendar_bookings') }}
    union
    select creator_id from {{ ref('stg_avalo__event_tickets') }}
    union
    select creator_id from {{ ref('stg_avalo__ai_chat_sessions') }}
    union
    select creator_id from {{ ref('stg_avalo__ai_voice_call_sessions') }}
    union
    select creator_id from {{ ref('stg_avalo__ai_video_call_sessions') }}
    union
    select creator_id from {{ ref('stg_avalo__creator_reviews') }}
    union
    select creator_id from {{ ref('stg_avalo__payouts') }}
    union
    select creator_id from {{ ref('stg_avalo__refunds') }} where status = 'approved'
    union
    select receiver_id from {{ ref('stg_avalo__wallet_transactions') }}
    where type = 'spend' and status = 'completed'

)

select
    users.platform,
    users.user_id as creator_id,
    users.region,
    users.country_code,
    users.is_verified,
    users.is_premium_unlocked,
    users.is_royal_club
from users
left join named on users.user_id = named.creator_id
where users.is_creator or named.creator_id is not null
