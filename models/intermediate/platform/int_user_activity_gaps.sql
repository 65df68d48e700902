with user_days as (

    select platform, user_id, business_date from {{ ref('int_active_days') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

first_days as (

    select
        platform,
        user_id,
        min(business_date) as first_date
    from user_days
    group by platform, user_id

),

-- before the first active date, the created date stands in for it
created_days as (

    select
        users.platform,
        users.user_id,
        users.created_date as business_date
    from users
    left join first_days
        on users.platform = first_days.platform and users.user_id = first_days.user_id
    where first_days.first_date is null or first_days.first_date > users.created_date

),

days as (

    select platform, user_id, business_date, true as is_active from user_days

    union all

    select platform, user_id, business_date, false as is_active from created_days

),

spans as (

    select
        *,
        lead(business_date) over (partition by platform, user_id order by business_date)
            as next_active_date
    from days

)

select
    spans.platform,
    spans.user_id,
    users.region,
    users.country_code,
    spans.business_date as from_date,
    spans.next_active_date,
    spans.is_active
from spans
inner join users
    on spans.platform = users.platform and spans.user_id = users.user_id
