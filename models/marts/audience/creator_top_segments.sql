with label_groups as (

    select * from {{ ref('int_creator_groups') }}

)

select
    creator_id,
    cast(rank as bigint) as rank,
    budget,
    intent,
    proximity,
    description,
    cast(share_pct as double) as share_pct,
    cast(avg_revenue_tokens as decimal(18, 4)) as avg_revenue_tokens,
    characteristics
from label_groups
