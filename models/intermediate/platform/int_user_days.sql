with activity as (

    select * from {{ ref('int_activity') }}

),

users as (

    select platform, user_id from {{ ref('dim_users') }}

),

days as (

    select
        platform,
        user_id,
        business_date,
        min(occurred_at) as first_active_at,
        max(occurred_at) as last_active_at
    from activity
    group by platform, user_id, business_date

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
