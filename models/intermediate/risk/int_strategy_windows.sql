{%- set params = ['window_days', 'min_window_days', 'churn_wait_days'] -%}
with strategies as (

    select * from {{ ref('stg_avalo__monetization_strategies') }}

),

platforms as (

    select * from {{ ref('int_platforms') }} where platform = 'avalo'

),

params as (

    {{ pivot_params('monetization_params', params) }}

),

started as (

    select
        document_id as strategy_id,
        effective_at,
        {{ business_date('effective_at', 'avalo') }} as starts_on
    from strategies

),

-- a strategy ends where the next one starts, active or not
followed as (

    select
        *,
        lead(starts_on) over (order by effective_at, strategy_id) as next_starts_on
    from started

),

windowed as (

    select
        followed.strategy_id,
        followed.starts_on,
        platforms.first_date,
        platforms.current_date_local,
        params.min_window_days,
        params.churn_wait_days,
        least(
            {{ add_days('followed.starts_on', 'params.window_days - 1') }},
            {{ add_days('platforms.current_date_local', -1) }},
            coalesce({{ add_days('followed.next_starts_on', -1) }}, {{ add_days('platforms.current_date_local', -1) }})
        ) as ends_on
    from followed
    cross join platforms
    cross join params

),

counted as (

    select
        *,
        greatest(0, {{ days_between('starts_on', 'ends_on') }} + 1) as window_dates
    from windowed

),

based as (

    select
        *,
        greatest({{ add_days('starts_on', '-window_dates') }}, first_date) as baseline_starts_on,
        {{ add_days('starts_on', -1) }} as baseline_ends_on
    from counted

)

select
    strategy_id,
    starts_on,
    ends_on,
    window_dates,
    baseline_starts_on,
    baseline_ends_on,
    window_dates >= min_window_days
    and {{ days_between('baseline_starts_on', 'baseline_ends_on') }} + 1 >= min_window_days
    and {{ add_days('ends_on', 'churn_wait_days') }} < current_date_local as is_measurable,
    churn_wait_days
from based
