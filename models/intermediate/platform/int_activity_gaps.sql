with active_days as (

    select platform, user_id, business_date from {{ ref('int_active_days') }}

),

-- a number is quicker to sort by than two texts
users as (

    select
        *,
        row_number() over (order by platform, user_id) as user_number
    from {{ ref('dim_users') }}

),

user_days as (

    select users.user_number, active_days.business_date
    from active_days
    inner join users
        on active_days.platform = users.platform and active_days.user_id = users.user_id

),

first_days as (

    select
        user_number,
        min(business_date) as first_date
    from user_days
    group by user_number

),

-- before the first active date, the created date stands in for it
created_days as (

    select users.user_number, users.created_date as business_date
    from users
    left join first_days on users.user_number = first_days.user_number
    where first_days.first_date is null or first_days.first_date > users.created_date

),

days as (

    select user_number, business_date, true as is_active from user_days

    union all

    select user_number, business_date, false as is_active from created_days

),

gaps as (

    select
        user_number,
        business_date as from_date,
        is_active,
        lead(business_date) over (partition by user_number order by business_date) as next_active_date
    from days

)

select
    users.platform,
    users.region,
    users.country_code,
    gaps.from_date,
    gaps.next_active_date,
    gaps.is_active,
    count(*) as users
from gaps
inner join users on gaps.user_number = users.user_number
group by
    users.platform,
    users.region,
    users.country_code,
    gaps.from_date,
    gaps.next_active_date,
    gaps.is_active
