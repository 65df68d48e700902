{{ config(materialized='view') }}

with pairs as (

    select * from {{ ref('int_pairs') }}

),

-- one name for each: DuckDB reads all columns of a query's tables where a part of it is named twice
viewers as (

    select user_id from {{ ref('int_audience_people') }}

),

creators as (

    select user_id from {{ ref('int_audience_people') }} where is_audience_creator

)

select
    pairs.viewer_id,
    pairs.creator_id,
    pairs.last_interaction_at,
    pairs.tokens_spent,
    pairs.spends,
    pairs.views,
    pairs.likes,
    pairs.dwell_seconds
from pairs
inner join viewers on pairs.viewer_id = viewers.user_id
inner join creators on pairs.creator_id = creators.user_id
