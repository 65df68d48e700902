with accepted as (

    select * from {{ ref('stg_avalo__users') }}

)

select
    document_id as user_id,
    false as is_deleted,
    created_at,
    country_code,
    is_creator,
    is_verified,
    verified_at,
    is_royal_club,
    is_premium_unlocked,
    cast(null as bigint) as og_tier
from accepted

union all

{{ deleted_users('base_avalo__users') }}
