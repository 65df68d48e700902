{#- Trailing windows (t - window, t] without a self-join: an event counts from its own instant until
    the instant one window later, so a running sum over both kinds of instants is the window's count.
    Events of the same instant are in each other's windows. Only windows that hold as many events as a signal
    needs are kept, and only subjects with as many are looked at: most have one or two. A subject is a user, or
    a user and a creator. -#}
with rules as (

    select * from {{ ref('abuse_rules') }}

),

events as (

    {{ union_platforms('abuse_events') }}

),

-- hours full of starts are judged as a whole, not by a trailing window
trailing_events as (

    select * from events where signal_type <> 'bot_behavior'

),

-- who has enough events, whenever they were
busy as (

    select
        trailing_events.platform,
        trailing_events.signal_type,
        trailing_events.user_id,
        coalesce(trailing_events.creator_id, '') as creator_key
    from trailing_events
    inner join rules on trailing_events.signal_type = rules.signal_type
    group by
        trailing_events.platform,
        trailing_events.signal_type,
        trailing_events.user_id,
        coalesce(trailing_events.creator_id, ''),
        rules.min_events
    having count(*) >= rules.min_events

),

windowed as (

    select
        trailing_events.platform,
        trailing_events.signal_type,
        trailing_events.user_id,
        trailing_events.creator_id,
        trailing_events.occurred_at,
        trailing_events.value,
        rules.window_minutes
    from trailing_events
    inner join rules on trailing_events.signal_type = rules.signal_type
    inner join busy
        on
            trailing_events.platform = busy.platform
            and trailing_events.signal_type = busy.signal_type
            and trailing_events.user_id = busy.user_id
            and coalesce(trailing_events.creator_id, '') = busy.creator_key

),

steps as (

    select
        platform,
        signal_type,
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
        user_id,
        creator_id,
        occurred_at,
        sum(count_step) as count_change,
        sum(value_step) as value_change,
        sum(case when count_step > 0 then 1 else 0 end) as events
    from steps
    group by platform, signal_type, user_id, creator_id, occurred_at

),

running as (

    select
        *,
        sum(count_change) over (
            partition by platform, signal_type, user_id, creator_id order by occurred_at
            rows between unbounded preceding and current row
        ) as window_count,
        sum(value_change) over (
            partition by platform, signal_type, user_id, creator_id order by occurred_at
            rows between unbounded preceding and current row
        ) as window_value
    from instants

),

hours as (

    select
        platform,
        signal_type,
        user_id,
        date_trunc('hour', occurred_at) as occurred_at,
        count(*) as window_count
    from events
    where signal_type = 'bot_behavior'
    group by platform, signal_type, user_id, date_trunc('hour', occurred_at)

),

counted as (

    select
        platform,
        signal_type,
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
        user_id,
        cast(null as {{ dbt.type_string() }}) as creator_id,
        occurred_at,
        window_count,
        cast(0 as decimal(18, 4)) as window_value
    from hours

)

select
    counted.platform,
    counted.signal_type,
    case
        when counted.creator_id is null then counted.user_id
        else counted.user_id || '>' || counted.creator_id
    end as subject,
    counted.user_id,
    counted.creator_id,
    counted.occurred_at,
    counted.window_count,
    counted.window_value
from counted
inner join rules on counted.signal_type = rules.signal_type
where counted.window_count >= rules.min_events
