with labels as (

    select * from {{ ref('int_creator_labels') }}

)

select
    creator_id,
    dimension,
    label,
    cast(case when is_shown then rounded_share_pct end as double) as share_pct
from labels
where creator_viewers >= min_viewers
