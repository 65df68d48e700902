{{ config(severity='error', meta={
    'owner': 'growth',
    'reason': 'Lists rank by match_score: the seed says where it ends.'
}) }}

with weights as (

    select max(case when component = 'maximum' then points end) as maximum_points from {{ ref('match_weights') }}

)

select
    segments.viewer_id,
    segments.creator_id,
    segments.match_score
from {{ ref('audience_segments') }} as segments
cross join weights
where segments.match_score > weights.maximum_points
