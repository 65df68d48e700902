{#- Trailing windows (t - window, t] without a self-join: an event counts from its own instant until
    the instant one window later, so a running sum over both kinds of instants is the window's count.
    Events of the same instant are in each other's windows. Only windows that hold as many events as a signal
    needs are kept, and only subjects with as many are looked at: most have one or two. -#}
with rules as (

    select * from {{ ref('abuse_rules') }}

),

events as (

    {{ union_platforms('abuse_events') }}

),

-- who has enough events, whenever they were
busy as (

    select
        events.platform,
        events.signal_type,
        events.subject
    from events
    inner join rules on events.signal_type = rules.signal_type
    group by events.platform, events.signal_type, events.subject, rules.min_events
    having count(*) >= rules.min_events

),

-- hours full of starts are judged as a whole, not by a trailing window
windowed as (

    select
        events.platform,
        events.signal_type,
        events.subject,
        events.user_id,
        events.creator_id,
        events.occurred_at,
        events.value,
        rules.window_minutes
    from events
    inner join rules on events.signal_type = rules.signal_type
    inner join busy
        on
            events.platform = busy.platform
            and events.signal_type = busy.signal_type
            and events.subject = busy.subject
    where events.signal_type <> 'bot_behavior'

),

steps as (

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        occurred_at,
        1 as count_step,
        value as value_step
    from windowed

    union all

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        {{ add_minutes('occurred_at', 'window_minutes') }},
        -1,
        -value
    from windowed

),

instants as (

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        occurred_at,
        sum(count_step) as count_change,
        sum(value_step) as value_change,
        sum(case when count_step > 0 then 1 else 0 end) as events
    from steps
    group by platform, signal_type, subject, user_id, creator_id, occurred_at

),

running as (

    select
        *,
        sum(count_change) over (
            partition by platform, signal_type, subject order by occurred_at
            rows between unbounded preceding and current row
        ) as window_count,
        sum(value_change) over (
            partition by platform, signal_type, subject order by occurred_at
            rows between unbounded preceding and current row
        ) as window_value
    from instants

),

hours as (

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        date_trunc('hour', occurred_at) as occurred_at,
        count(*) as window_count
    from events
    where signal_type = 'bot_behavior'
    group by platform, signal_type, subject, user_id, creator_id, date_trunc('hour', occurred_at)

),

counted as (

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        occurred_at,
        window_count,
        window_value
    from running
    where events > 0

    union all

    select
        platform,
        signal_type,
        subject,
        user_id,
        creator_id,
        occurred_at,
        window_count,
        cast(0 as decimal(18, 4)) as window_value
    from hours

)

select counted.*
from counted
inner join rules on counted.signal_type = rules.signal_type
where counted.window_count >= rules.min_events
