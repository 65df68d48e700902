with events as (

    {{ union_platforms_local('safety_events') }}

)

select
    platform,
    event_id,
    kind,
    user_id,
    occurred_at,
    cast(local_at as date) as business_date,
    is_report,
    is_moderation_action
from events
