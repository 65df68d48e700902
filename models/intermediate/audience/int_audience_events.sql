{{ config(materialized='view') }}

with events as (

    select * from {{ ref('int_viewer_events') }}

),

users as (

    select * from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

bans as (

    select user_id from {{ ref('int_avalo__bans') }}

),

creators as (

    select users.user_id
    from users
    left join bans on users.user_id = bans.user_id
    where users.is_creator and bans.user_id is null

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
inner join users as viewers on events.viewer_id = viewers.user_id
inner join creators on events.creator_id = creators.user_id
