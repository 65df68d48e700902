with segments as (

    select * from {{ ref('audience_segments') }}

),

label_groups as (

    select * from {{ ref('int_creator_groups') }} where rank = 1

),

params as (

    {{ pivot_params('audience_params', ['min_viewers', 'count_rounding']) }}

),

counts as (

    select
        creator_id,
        count(*) as viewers,
        sum(case when tokens_spent > 0 then 1 else 0 end) as payers
    from segments
    group by creator_id

)

-- numbers so small that they, or their rest, would point at people are not given
select
    counts.creator_id,
    cast(case
        when counts.viewers >= params.min_viewers
            then {{ integer_divide(whole_number('counts.viewers'), whole_number('params.count_rounding')) }}
                * params.count_rounding
    end as bigint) as total_audience,
    cast(case
        when counts.payers >= params.min_viewers
            and (counts.payers = counts.viewers or counts.viewers - counts.payers >= params.min_viewers)
            then {{ integer_divide(whole_number('counts.payers'), whole_number('params.count_rounding')) }}
                * params.count_rounding
    end as bigint) as paying_audience,
    label_groups.description as top_segment_description
from counts
cross join params
left join label_groups on counts.creator_id = label_groups.creator_id
