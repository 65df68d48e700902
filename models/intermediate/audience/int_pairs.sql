{{ config(materialized='increment', meta={'increment_by': ['viewer_id', 'creator_id']}) }}

with events as (

    select * from {{ ref('int_viewer_events') }}
    where {{ every_key(['viewer_id', 'creator_id']) }}

)

select
    viewer_id,
    creator_id,
    max(occurred_at) as last_interaction_at,
    {{ as_money('sum(tokens)') }} as tokens_spent,
    cast(sum(case when kind = 'spend' then 1 else 0 end) as bigint) as spends,
    min(case when kind = 'spend' then business_date end) as first_spend_date,
    cast(sum(case when kind = 'view' then 1 else 0 end) as bigint) as views,
    cast(sum(case when kind = 'like' then 1 else 0 end) as bigint) as likes,
    sum(dwell_seconds) as dwell_seconds
from events
group by viewer_id, creator_id
