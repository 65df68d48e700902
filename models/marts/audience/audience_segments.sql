with segments as (

    select * from {{ ref('int_audience_segments') }}

)

select
    viewer_id,
    creator_id,
    budget,
    intent,
    proximity,
    shared_interest_score,
    has_shared_interests,
    visual_attraction_score,
    has_visual_attraction,
    visits,
    loyalty_score,
    is_loyal_follower,
    match_score,
    tokens_spent,
    last_interaction_at
from segments
