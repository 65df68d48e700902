with pairs as (

    select distinct viewer_id, creator_id from {{ ref('int_audience_events') }}

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

),

-- lists are compared pair by pair: a join on the tags would meet everybody who shares one
compared as (

    select
        pairs.viewer_id,
        pairs.creator_id,
        {{ list_overlap('viewer_tags.tags', 'creator_tags.tags') }} as overlap,
        creator_tags.tag_count as creator_tags
    from pairs
    inner join tag_lists as creator_tags on pairs.creator_id = creator_tags.user_id
    inner join tag_lists as viewer_tags on pairs.viewer_id = viewer_tags.user_id

)

select
    viewer_id,
    creator_id,
    overlap,
    creator_tags
from compared
where overlap > 0
