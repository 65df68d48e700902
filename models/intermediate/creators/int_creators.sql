with users as (

    select * from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

-- an interaction with an AI is no session
named as (

    select creator_id from {{ ref('int_interactions') }} where platform = 'avalo' and kind <> 'ai_interaction'
    union
    select creator_id from {{ ref('int_money') }} where platform = 'avalo' and kind in ('spend', 'refund')
    union
    select creator_id from {{ ref('stg_avalo__creator_reviews') }}
    union
    select creator_id from {{ ref('stg_avalo__payouts') }}

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
