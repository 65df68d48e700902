{{ config(materialized='view') }}

with events as (

    select * from {{ ref('int_viewer_events') }}

),

people as (

    select * from {{ ref('int_audience_people') }}

)

select
    events.viewer_id,
    events.creator_id,
    events.kind,
    events.occurred_at,
    events.business_date,
    events.tokens,
    events.dwell_seconds
from events
inner join people as viewers on events.viewer_id = viewers.user_id
inner join people as creators on events.creator_id = creators.user_id
where creators.is_audience_creator
