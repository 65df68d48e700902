with dates as (

    select * from {{ ref('int_dates') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

activity as (

    select * from {{ ref('int_activity') }}

),

money as (

    select * from {{ ref('int_money') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

rates as (

    select * from {{ ref('int_rates') }} where unit = '{{ token_unit() }}'

),

keep_days as (

    select cast(value as integer) as days
    from {{ ref('kpi_params') }}
    where param = 'hourly_keep_days'

),

kept_dates as (

    select
        dates.*,
        platforms.time_zone,
        platforms.currency
    from dates
    inner join platforms on dates.platform = platforms.platform
    cross join keep_days
    where dates.kpi_date >= {{ add_days('platforms.current_date_local', '-keep_days.days') }}

),

kept_from as (

    select platform, min(kpi_date) as first_kept_date, min(started_at) as first_kept_at
    from kept_dates
    group by platform

),

-- clocks change on quarters of an hour: walking them in UTC finds every hour that a wall clock showed
quarters as (

    select
        platform,
        kpi_date,
        is_complete,
        currency,
        time_zone,
        {{ unnest_range('started_at', 'least(ended_at, ' ~ as_of() ~ ')', 15) }} as quarter_at
    from kept_dates

),

local_quarters as (

    select
        *,
        {{ to_local('quarter_at', 'time_zone') }} as local_at
    from quarters

),

hours as (

    select distinct
        platform,
        kpi_date,
        is_complete,
        currency,
        extract(hour from local_at) as kpi_hour
    from local_quarters
    where cast(local_at as date) = kpi_date

),

active as (

    select
        activity.platform,
        activity.business_date as kpi_date,
        activity.business_hour as kpi_hour,
        count(distinct activity.user_id) as active_users
    from activity
    inner join kept_from
        on activity.platform = kept_from.platform and activity.occurred_at >= kept_from.first_kept_at
    inner join users
        on activity.platform = users.platform and activity.user_id = users.user_id
    where activity.counts_in_hourly
    group by activity.platform, activity.business_date, activity.business_hour

),

created as (

    select
        users.platform,
        users.created_date as kpi_date,
        users.created_hour as kpi_hour,
        count(*) as new_users
    from users
    inner join kept_from
        on users.platform = kept_from.platform and users.created_date >= kept_from.first_kept_date
    group by users.platform, users.created_date, users.created_hour

),

spent as (

    select
        money.platform,
        money.business_date as kpi_date,
        money.business_hour as kpi_hour,
        count(distinct case when money.is_payment then users.user_id end) as paying_users,
        sum(case when money.is_token_spend then money.tokens else 0 end) as tokens_spent
    from money
    inner join kept_from
        on money.platform = kept_from.platform and money.business_date >= kept_from.first_kept_date
    left join users
        on money.platform = users.platform and money.user_id = users.user_id
    group by money.platform, money.business_date, money.business_hour

),

sessions as (

    select
        interactions.platform,
        interactions.business_date as kpi_date,
        interactions.business_hour as kpi_hour,
        sum(case when interactions.kind = 'ai_chat' then 1 else 0 end) as chats_started,
        sum(case when interactions.kind = 'ai_voice' then interactions.minutes else 0 end) as voice_minutes,
        sum(case when interactions.kind = 'ai_video' then interactions.minutes else 0 end) as video_minutes
    from interactions
    inner join kept_from
        on
            interactions.platform = kept_from.platform
            and interactions.occurred_at >= kept_from.first_kept_at
    group by interactions.platform, interactions.business_date, interactions.business_hour

)

select
    hours.platform,
    hours.kpi_date,
    cast(hours.kpi_hour as bigint) as kpi_hour,
    hours.is_complete,
    hours.currency,
    cast(coalesce(active.active_users, 0) as bigint) as active_users,
    cast(coalesce(created.new_users, 0) as bigint) as new_users,
    cast(coalesce(spent.paying_users, 0) as bigint) as paying_users,
    {{ as_money('coalesce(spent.tokens_spent, 0)') }} as tokens_spent,
    {{ as_money('coalesce(spent.tokens_spent, 0) * rates.rate') }} as token_revenue,
    cast(coalesce(sessions.chats_started, 0) as bigint) as chats_started,
    cast(coalesce(sessions.voice_minutes, 0) as double) as voice_minutes,
    cast(coalesce(sessions.video_minutes, 0) as double) as video_minutes
from hours
left join rates
    on hours.platform = rates.platform and hours.kpi_date = rates.business_date
{%- for source in ['active', 'created', 'spent', 'sessions'] %}
left join {{ source }}
    on
        hours.platform = {{ source }}.platform
        and hours.kpi_date = {{ source }}.kpi_date
        and hours.kpi_hour = {{ source }}.kpi_hour
{%- endfor %}
