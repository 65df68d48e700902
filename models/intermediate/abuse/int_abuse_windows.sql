{#- Trailing windows (t - window, t] without a self-join: an event counts from its own instant until
    the instant one window later, so a running sum over both kinds of instants is the window's count.
    Events of the same instant are in each other's windows. Only windows that hold as many events as a signal
    needs are kept, and only subjects with as many are looked at: most have one or two. A subject is a user, or
    a user and a creator. -#}
with rules as (

    select * from {{ ref('abuse_rules') }}

),

trailing_events as (

    {{ union_platforms('abuse_events') }}

),

starts as (

    select platform, user_id, occurred_at from {{ ref('int_activity') }} where is_start

),

active_days as (

    select platform, user_id, starts from {{ ref('int_active_days') }}

),

start_rule as (

    select max(min_events) as min_events from rules where signal_type = 'bot_behavior'

),

subjects as (

    select
        platform,
        signal_type,
        user_id,
        coalesce(creator_id, '') as creator_key,
        count(*) as events
    from trailing_events
    group by platform, signal_type, user_id, coalesce(creator_id, '')

),

-- who has enough events, whenever they were
busy as (

    select
        subjects.platform,
        subjects.signal_type,
        subjects.user_id,
        subjects.creator_key
    from subjects
    inner join rules on subjects.signal_type = rules.signal_type
    where subjects.events >= rules.min_events

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

-- Hours full of starts are judged as a whole, not by a trailing window. An hour may lie on two dates, of which
-- one then has half of its starts: who never has as many on a date is not looked at.
busy_starters as (

    select distinct
        active_days.platform,
        active_days.user_id
    from active_days
    cross join start_rule
    where 2 * active_days.starts >= start_rule.min_events

),

hours as (

    select
        starts.platform,
        'bot_behavior' as signal_type,
        starts.user_id,
        date_trunc('hour', starts.occurred_at) as occurred_at,
        count(*) as window_count
    from starts
    inner join busy_starters
        on starts.platform = busy_starters.platform and starts.user_id = busy_starters.user_id
    group by starts.platform, starts.user_id, date_trunc('hour', starts.occurred_at)

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
