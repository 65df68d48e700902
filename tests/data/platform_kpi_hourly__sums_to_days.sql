{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'Hours of a complete date add up to the date: no event may fall between hours.'}
) }}
-- Only what can be added over hours; minutes are DOUBLE, so they are compared to a millionth.
with hours as (

    select
        platform,
        kpi_date,
        count(*) as hour_count,
        sum(new_users) as new_users,
        sum(tokens_spent) as tokens_spent,
        sum(chats_started) as chats_started,
        sum(voice_minutes) as voice_minutes,
        sum(video_minutes) as video_minutes
    from {{ ref('platform_kpi_hourly') }}
    where is_complete
    group by platform, kpi_date

),

days as (

    select * from {{ ref('platform_kpi_daily') }}

)

select
    hours.platform,
    hours.kpi_date,
    hours.hour_count,
    hours.new_users as new_users_of_hours,
    days.new_users,
    hours.tokens_spent as tokens_of_hours,
    days.total_tokens_spent,
    hours.chats_started as chats_of_hours,
    days.total_chats,
    hours.voice_minutes as voice_minutes_of_hours,
    days.total_voice_minutes,
    hours.video_minutes as video_minutes_of_hours,
    days.total_video_minutes
from hours
left join days
    on hours.platform = days.platform and hours.kpi_date = days.kpi_date
where
    days.kpi_date is null
    -- a day has 24 hours on the clock, or 23 where one was skipped
    or hours.hour_count not in (23, 24)
    or hours.new_users <> days.new_users
    or hours.tokens_spent <> days.total_tokens_spent
    or hours.chats_started <> days.total_chats
    or abs(hours.voice_minutes - days.total_voice_minutes) > 0.000001
    or abs(hours.video_minutes - days.total_video_minutes) > 0.000001
