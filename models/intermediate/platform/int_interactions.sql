{{ config(materialized='increment', meta={'logs_changes_of': ['platform', 'creator_id', 'business_date']}) }}

with events as (

    {{ union_platforms_local('interactions', increment=true) }}

)

select
    platform,
    event_id,
    kind,
    user_id,
    creator_id,
    occurred_at,
    cast(local_at as date) as business_date,
    extract(hour from local_at) as business_hour,
    minutes,
    ended_at,
    status,
    {{ document_hash('platform', 'collection', 'event_id') }} as document_hash
from events
