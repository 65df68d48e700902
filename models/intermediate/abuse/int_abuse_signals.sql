with rules as (

    select * from {{ ref('abuse_rules') }}

),

windows as (

    select * from {{ ref('int_abuse_windows') }}

),

cancellations as (

    select * from {{ ref('int_cancellation_windows') }}

),

users as (

    select platform, user_id, region, country_code from {{ ref('dim_users') }}

),

thresholds as (

    select * from {{ ref('int_regional_threshold_values') }}

),

candidates as (

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        occurred_at,
        window_count,
        window_value as value,
        cast(window_value as double) as shown_value
    from windows

    union all

    -- the share of cancelled bookings in percent
    select
        platform,
        signal_type,
        creator_id,
        cast(null as {{ dbt.type_string() }}),
        creator_id,
        occurred_at,
        bookings,
        cast(cancelled_bookings as decimal(18, 4)),
        {{ rate_of('100 * cancelled_bookings', 'bookings') }}
    from cancellations

),

located as (

    select
        candidates.*,
        coalesce(users.region, 'UNKNOWN') as region,
        coalesce(users.country_code, 'ZZ') as country_code
    from candidates
    left join users
        on
            candidates.platform = users.platform
            and coalesce(candidates.user_id, candidates.creator_id) = users.user_id

),

qualifying as (

    select
        located.*,
        rules.window_minutes,
        rules.severity,
        rules.auto_action,
        rules.escalate_at,
        rules.escalated_severity,
        rules.escalated_action
    from located
    inner join rules on located.signal_type = rules.signal_type
    left join thresholds
        on
            located.region = thresholds.region
            and located.country_code = thresholds.country_code
            and rules.regional_threshold = thresholds.threshold
    where
        located.window_count >= rules.min_events
        and case
            when located.signal_type = 'cancellation_farming'
                then located.value * 100 > coalesce(rules.min_value, thresholds.threshold_value) * located.window_count
            else located.value >= coalesce(rules.min_value, thresholds.threshold_value, 0)
        end

),

gaps as (

    select
        *,
        lag(occurred_at) over (partition by platform, signal_type, subject order by occurred_at)
            as previous_at
    from qualifying

),

-- an episode goes on while each event lies at most one window after the one before
numbered as (

    select
        *,
        sum(case
            when previous_at is null or occurred_at > {{ add_minutes('previous_at', 'window_minutes') }} then 1
            else 0
        end) over (
            partition by platform, signal_type, subject order by occurred_at
            rows between unbounded preceding and current row
        ) as episode
    from gaps

),

episodes as (

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        region,
        episode,
        min(occurred_at) as detected_at,
        max(occurred_at) as last_seen_at,
        max(window_count) as peak_count,
        max(case when signal_type in ('token_drain', 'cancellation_farming') then shown_value end) as peak_value,
        max(severity) as severity,
        max(auto_action) as auto_action,
        max(escalate_at) as escalate_at,
        max(escalated_severity) as escalated_severity,
        max(escalated_action) as escalated_action
    from numbered
    group by platform, signal_type, subject, user_id, creator_id, region, episode

)

select
    {{ md5_id(['platform', 'signal_type', 'subject', timestamp_text_of('detected_at')]) }} as signal_id,
    platform,
    signal_type,
    subject,
    user_id,
    creator_id,
    region,
    detected_at,
    last_seen_at,
    peak_count,
    peak_value,
    case when peak_count >= escalate_at then escalated_severity else severity end as severity,
    case when peak_count >= escalate_at then escalated_action else auto_action end as auto_action
from episodes
