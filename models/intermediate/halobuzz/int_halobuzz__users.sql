with accepted as (

    select * from {{ ref('stg_halobuzz__users') }}

)

select
    document_id as user_id,
    false as is_deleted,
    created_at,
    country_code,
    is_host as is_creator,
    is_verified,
    verified_at,
    false as is_royal_club,
    false as is_premium_unlocked,
    og_tier
from accepted

union all

{{ deleted_users('base_halobuzz__users') }}
