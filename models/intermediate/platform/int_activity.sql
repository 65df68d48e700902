with events as (

    {{ union_platforms_local('activity') }}

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
    kinds.counts_in_hourly
from events
inner join kinds
    on events.platform = kinds.platform and events.kind = kinds.kind
