-- Viewers of each creator by label, and what of it may be shown. Internal: exact counts.
with segments as (

    select * from {{ ref('audience_segments') }}

),

labels as (

    select * from {{ ref('audience_labels') }} where is_shared

),

params as (

    {{ pivot_params('audience_params', ['min_viewers', 'share_rounding_percent']) }}

),

creators as (

    select
        creator_id,
        count(*) as viewers
    from segments
    group by creator_id

),

labelled as (

    select creator_id, 'budget' as dimension, budget as label from segments
    union all
    select creator_id, 'intent' as dimension, intent as label from segments
    union all
    select creator_id, 'proximity' as dimension, proximity as label from segments

),

label_counts as (

    select
        creator_id,
        dimension,
        label,
        count(*) as viewers
    from labelled
    group by creator_id, dimension, label

),

dense as (

    select
        creators.creator_id,
        creators.viewers as creator_viewers,
        labels.dimension,
        labels.label,
        coalesce(label_counts.viewers, 0) as viewers,
        params.min_viewers,
        params.share_rounding_percent
    from creators
    cross join labels
    cross join params
    left join label_counts
        on
            creators.creator_id = label_counts.creator_id
            and labels.dimension = label_counts.dimension
            and labels.label = label_counts.label

),

summed as (

    select
        *,
        sum(viewers) over (partition by creator_id, dimension) as dimension_viewers,
        sum(case when viewers < min_viewers then viewers else 0 end) over (partition by creator_id, dimension)
            as small_viewers,
        row_number() over (
            partition by creator_id, dimension
            order by case when viewers >= min_viewers then 0 else 1 end, viewers, label
        ) as shown_rank
    from dense

)

-- Labels with few viewers are hidden. Where the hidden ones together hold few viewers, they could be
-- told from the rest, so the smallest shown one is hidden too (it alone holds enough).
select
    creator_id,
    creator_viewers,
    dimension,
    label,
    viewers,
    dimension_viewers,
    min_viewers,
    creator_viewers >= min_viewers
    and viewers >= min_viewers
    and not (small_viewers > 0 and small_viewers < min_viewers and shown_rank = 1) as is_shown,
    {{ nearest_share('viewers', 'dimension_viewers', 'share_rounding_percent') }} as rounded_share_pct
from summed
