with accepted as (

    select * from {{ ref('stg_halobuzz__users') }}

),

documents as (

    select * from {{ ref('base_halobuzz__users') }}

),

-- a deleted user keeps the creation time and country of the last version with data
tombstones as (

    select
        document_id as user_id,
        document.created_at as created_at,
        document.country_code as country_code
    from documents
    where
        status = 'deleted'
        and has_data
        and event_at <= {{ as_of() }}

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

select
    user_id,
    true as is_deleted,
    created_at,
    country_code,
    false as is_creator,
    false as is_verified,
    cast(null as timestamp) as verified_at,
    false as is_royal_club,
    false as is_premium_unlocked,
    cast(null as bigint) as og_tier
from tombstones
