with labels as (

    select * from {{ ref('int_creator_labels') }}

),

rules as (

    select * from {{ ref('discovery_boost_rules') }}

)

select
    labels.creator_id,
    rules.audience,
    cast(rules.boost as double) as boost
from labels
inner join rules on labels.dimension = rules.dimension and labels.label = rules.label
where
    labels.viewers >= rules.min_label_viewers
    and labels.viewers >= rules.min_share * labels.dimension_viewers
