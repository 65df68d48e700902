{{ config(materialized='increment', meta={
    'increment_by': ['platform', 'user_id', 'business_date'],
    'logs_changes_of': ['platform', 'user_id', 'month']
}) }}

with activity as (

    select * from {{ ref('int_activity') }}
    where {{ every_key(['platform', 'user_id', 'business_date']) }}

)

select
    platform,
    user_id,
    business_date,
    {{ period_start('month', 'business_date') }} as month,
    max(occurred_at) as last_active_at,
    cast(sum(case when is_start then 1 else 0 end) as bigint) as starts
from activity
group by platform, user_id, business_date
