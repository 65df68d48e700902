with segments as (

    select * from {{ ref('audience_segments') }}

),

risks as (

    select viewer_id from {{ ref('audience_risk') }} where risk <> 'blocked'

),

params as (

    {{ pivot_params('audience_params', ['recommendations_max_rank']) }}

),

ranked as (

    select
        segments.viewer_id,
        segments.creator_id,
        segments.match_score,
        row_number() over (
            partition by segments.viewer_id
            order by segments.match_score desc, segments.last_interaction_at desc, segments.creator_id
        ) as rank
    from segments
    inner join risks on segments.viewer_id = risks.viewer_id

)

select
    ranked.viewer_id,
    cast(ranked.rank as bigint) as rank,
    ranked.creator_id,
    ranked.match_score
from ranked
cross join params
where ranked.rank <= params.recommendations_max_rank
