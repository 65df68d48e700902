{{ config(materialized='view') }}

with days as (

    select * from {{ ref('int_active_days') }}

),

users as (

    select platform, user_id from {{ ref('dim_users') }}

)

select
    days.platform,
    days.user_id,
    days.business_date,
    days.first_active_at,
    days.last_active_at
from days
inner join users
    on days.platform = users.platform and days.user_id = users.user_id
