-- What most viewers of a creator are after. Internal: exact counts.
with pairs as (

    select viewer_id, creator_id from {{ ref('int_audience_pairs') }}

),

viewers as (

    select * from {{ ref('int_viewer_labels') }}

),

labels as (

    select * from {{ ref('audience_labels') }} where dimension = 'intent' and is_shared

),

ranked as (

    select
        pairs.creator_id,
        viewers.intent,
        {{ intent_rank('pairs.creator_id') }} as intent_rank
    from pairs
    inner join viewers on pairs.viewer_id = viewers.viewer_id
    inner join labels on viewers.intent = labels.label
    group by pairs.creator_id, viewers.intent

)

select
    creator_id,
    intent as top_intent
from ranked
where intent_rank = 1
