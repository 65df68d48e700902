with users as (

    {{ union_platforms_local('users', 'created_at') }}

),

regions as (

    select * from {{ ref('regions') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

located as (

    select
        users.*,
        coalesce(regions.region, 'UNKNOWN') as region,
        coalesce(regions.country_code, 'ZZ') as known_country_code,
        cast(users.local_at as date) as created_date,
        extract(hour from users.local_at) as created_hour,
        cast({{ to_local('users.verified_at', 'platforms.time_zone') }} as date) as verified_on
    from users
    inner join platforms on users.platform = platforms.platform
    left join regions on users.country_code = regions.country_code

)

select
    platform,
    user_id,
    is_deleted,
    created_at,
    created_date,
    created_hour,
    known_country_code as country_code,
    region,
    is_creator,
    is_verified,
    verified_at,
    coalesce(verified_on, case when is_verified then created_date end) as verified_date,
    is_royal_club,
    is_premium_unlocked,
    og_tier
from located
