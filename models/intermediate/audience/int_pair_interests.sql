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

creator_tags as (

    select
        user_id,
        count(*) as tags
    from tags
    group by user_id

),

common_tags as (

    select
        pairs.viewer_id,
        pairs.creator_id,
        count(*) as overlap
    from pairs
    inner join tags as creator_interests on pairs.creator_id = creator_interests.user_id
    inner join tags as viewer_interests
        on
            pairs.viewer_id = viewer_interests.user_id
            and creator_interests.tag = viewer_interests.tag
    group by pairs.viewer_id, pairs.creator_id

)

select
    common_tags.viewer_id,
    common_tags.creator_id,
    common_tags.overlap,
    creator_tags.tags as creator_tags
from common_tags
inner join creator_tags on common_tags.creator_id = creator_tags.user_id
