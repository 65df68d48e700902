{{ config(materialized='view') }}

with pairs as (

    select * from {{ ref('int_pair_proximity') }}

),

listed as (

    select
        document_id as user_id,
        {{ unnest_list('interests') }} as interest
    from {{ ref('stg_avalo__users') }}
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

)

-- lists are compared pair by pair: a join on the tags would meet everybody who shares one
select
    pairs.viewer_id,
    pairs.creator_id,
    pairs.last_interaction_at,
    pairs.tokens_spent,
    pairs.spends,
    pairs.first_spend_date,
    pairs.views,
    pairs.likes,
    pairs.dwell_seconds,
    pairs.proximity,
    case
        when viewer_tags.tags is null or creator_tags.tags is null then 0
        else {{ list_overlap('viewer_tags.tags', 'creator_tags.tags') }}
    end as overlap,
    coalesce(creator_tags.tag_count, 0) as creator_tags
from pairs
left join tag_lists as creator_tags on pairs.creator_id = creator_tags.user_id
left join tag_lists as viewer_tags on pairs.viewer_id = viewer_tags.user_id
