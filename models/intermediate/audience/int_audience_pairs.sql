{{ config(materialized='view') }}

with pairs as (

    select * from {{ ref('int_pairs') }}

),

people as (

    select * from {{ ref('int_audience_people') }}

)

select
    pairs.viewer_id,
    pairs.creator_id,
    pairs.last_interaction_at,
    pairs.tokens_spent,
    pairs.spends,
    pairs.first_spend_date,
    pairs.views,
    pairs.likes,
    pairs.dwell_seconds
from pairs
inner join people as viewers on pairs.viewer_id = viewers.user_id
inner join people as creators on pairs.creator_id = creators.user_id
where creators.is_audience_creator
