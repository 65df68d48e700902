{{ config(materialized='view') }}

-- The only model outside of staging that reads coordinates: it keeps the label of the distance, nothing else.
with pairs as (

    select * from {{ ref('int_audience_pairs') }}

),

users as (

    select
        document_id as user_id,
        latitude,
        longitude,
        interests
    from {{ ref('stg_avalo__users') }}

),

params as (

    {{ pivot_params('audience_params', ['earth_radius_km', 'local_max_km', 'nearby_max_km']) }}

),

listed as (

    select
        user_id,
        {{ unnest_list('interests') }} as interest
    from users
    where interests is not null

),

-- trimmed, A-Z in lower case, each once
tags as (

    select distinct
        user_id,
        translate({{ trim_blank('interest') }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') as tag
    from listed
    where {{ trim_blank('interest') }} <> ''

),

tag_lists as (

    select
        user_id,
        {{ list_of('tag') }} as tags,
        count(*) as tag_count
    from tags
    group by user_id

),

people as (

    select
        users.user_id,
        users.latitude,
        users.longitude,
        tag_lists.tags,
        tag_lists.tag_count
    from users
    left join tag_lists on users.user_id = tag_lists.user_id

),

-- lists are compared pair by pair: a join on the tags would meet everybody who shares one
compared as (

    select
        pairs.*,
        params.local_max_km,
        params.nearby_max_km,
        {{ haversine_km(
            'viewers.latitude', 'viewers.longitude', 'creators.latitude', 'creators.longitude', 'params.earth_radius_km'
        ) }} as distance_km,
        case
            when viewers.tags is null or creators.tags is null then 0
            else {{ list_overlap('viewers.tags', 'creators.tags') }}
        end as overlap,
        coalesce(creators.tag_count, 0) as creator_tags
    from pairs
    cross join params
    left join people as viewers on pairs.viewer_id = viewers.user_id
    left join people as creators on pairs.creator_id = creators.user_id

)

select
    viewer_id,
    creator_id,
    last_interaction_at,
    tokens_spent,
    spends,
    views,
    likes,
    dwell_seconds,
    case
        when distance_km <= local_max_km then 'local'
        when distance_km <= nearby_max_km then 'nearby'
        else 'remote'
    end as proximity,
    overlap,
    creator_tags
from compared
