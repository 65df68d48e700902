{{ config(materialized='view') }}

with events as (

    select * from {{ ref('int_viewer_events') }}

),

-- one name for each: DuckDB reads all columns of a query's tables where a part of it is named twice
viewers as (

    select user_id from {{ ref('int_audience_people') }}

),

creators as (

    select user_id from {{ ref('int_audience_people') }} where is_audience_creator

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
inner join viewers on events.viewer_id = viewers.user_id
inner join creators on events.creator_id = creators.user_id
