{{ config(materialized='increment', meta={'logs_changes_of': ['platform', 'user_id', 'business_date']}) }}

with events as (

    {{ union_platforms_local('activity', increment=true) }}

),

kinds as (

    select * from {{ ref('activity_kinds') }}

)

select
    events.platform,
    events.user_id,
    events.kind,
    events.occurred_at,
    cast(events.local_at as date) as business_date,
    extract(hour from events.local_at) as business_hour,
    kinds.counts_in_hourly,
    kinds.is_start,
    {{ document_hash('events.platform', 'events.collection', 'events.document_id') }} as document_hash
from events
inner join kinds
    on events.platform = kinds.platform and events.kind = kinds.kind
