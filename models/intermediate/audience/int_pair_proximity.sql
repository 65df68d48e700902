{{ config(materialized='view') }}

-- The only model outside of staging that reads coordinates: it keeps the label of the distance, nothing else.
with pairs as (

    select * from {{ ref('int_audience_pairs') }}

),

places as (

    select
        document_id as user_id,
        latitude,
        longitude
    from {{ ref('stg_avalo__users') }}

),

params as (

    {{ pivot_params('audience_params', ['earth_radius_km', 'local_max_km', 'nearby_max_km']) }}

),

distances as (

    select
        pairs.*,
        params.local_max_km,
        params.nearby_max_km,
        {{ haversine_km(
            'viewer_places.latitude', 'viewer_places.longitude',
            'creator_places.latitude', 'creator_places.longitude', 'params.earth_radius_km'
        ) }} as distance_km
    from pairs
    cross join params
    left join places as viewer_places on pairs.viewer_id = viewer_places.user_id
    left join places as creator_places on pairs.creator_id = creator_places.user_id

)

select
    viewer_id,
    creator_id,
    last_interaction_at,
    tokens_spent,
    spends,
    first_spend_date,
    views,
    likes,
    dwell_seconds,
    case
        when distance_km <= local_max_km then 'local'
        when distance_km <= nearby_max_km then 'nearby'
        else 'remote'
    end as proximity
from distances
