{#- Steps beyond this number need a longer loop; a test compares it with the seed. -#}
{%- set last_step = var('funnel_last_step') -%}
with all_events as (

    {{ union_platforms('funnel_events') }}

),

steps as (

    select * from {{ ref('funnel_steps') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

events as (

    select
        all_events.platform,
        all_events.user_id,
        all_events.occurred_at,
        all_events.event_id,
        all_events.is_state,
        all_events.is_repeat,
        steps.step_number
    from all_events
    inner join steps
        on all_events.platform = steps.platform and all_events.step = steps.step

),

entries_ranked as (

    select
        *,
        row_number() over (partition by platform, user_id order by occurred_at, event_id) as entry_number
    from events
    where step_number = 1

),

reached_1 as (

    select
        platform,
        user_id,
        occurred_at as entered_at,
        {{ add_minutes('occurred_at', var('funnel_window_days') ~ ' * 1440') }} as closes_at,
        occurred_at as reached_at,
        event_id
    from entries_ranked
    where entry_number = 1

),

{%- for number in range(2, last_step + 1) %}

-- the first event of the step at or after the step before, within the window; a repeat is the next
-- event after that of the step before, by time and document id
candidates_{{ number }} as (

    select
        reached.platform,
        reached.user_id,
        reached.entered_at,
        reached.closes_at,
        case
            when events.is_state and events.occurred_at < reached.reached_at then reached.reached_at
            else events.occurred_at
        end as reached_at,
        events.event_id
    from reached_{{ number - 1 }} as reached
    inner join events
        on
            reached.platform = events.platform
            and reached.user_id = events.user_id
            and events.step_number = {{ number }}
    where
        events.occurred_at <= reached.closes_at
        and (
            events.is_state
            or events.occurred_at > reached.reached_at
            or (
                events.occurred_at = reached.reached_at
                and not (events.is_repeat and events.event_id <= reached.event_id)
            )
        )

),

ranked_{{ number }} as (

    select
        *,
        row_number() over (partition by platform, user_id order by reached_at, event_id) as candidate_number
    from candidates_{{ number }}

),

reached_{{ number }} as (

    select
        platform,
        user_id,
        entered_at,
        closes_at,
        reached_at,
        event_id
    from ranked_{{ number }}
    where candidate_number = 1

),
{%- endfor %}

reached as (

    {%- for number in range(1, last_step + 1) %}
    select platform, user_id, entered_at, {{ number }} as step_number
    from reached_{{ number }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    reached.platform,
    reached.user_id,
    reached.step_number,
    cast({{ to_local('reached.entered_at', 'platforms.time_zone') }} as date) as funnel_date
from reached
inner join platforms on reached.platform = platforms.platform
