{%- set params = [
    'engagement_window_days', 'engagement_sessions_weight', 'engagement_sessions_full',
    'engagement_active_dates_weight', 'engagement_active_dates_full', 'engagement_interactions_weight',
    'engagement_interactions_full'
] -%}
-- What a strategy's window and its baseline measure; one row per strategy and span.
with windows as (

    select * from {{ ref('int_strategy_windows') }} where is_measurable

),

user_days as (

    select user_id, business_date from {{ ref('int_active_days') }} where platform = 'avalo'

),

users as (

    select user_id from {{ ref('dim_users') }} where platform = 'avalo'

),

days as (

    select kpi_date, total_revenue from {{ ref('int_platform_days') }} where platform = 'avalo'

),

dates as (

    select kpi_date, ended_at from {{ ref('int_dates') }} where platform = 'avalo'

),

sessions as (

    select user_id, occurred_at from {{ ref('int_activity') }} where platform = 'avalo' and kind = 'app_session'

),

interactions as (

    select user_id, occurred_at from {{ ref('int_interactions') }}
    where
        platform = 'avalo'
        and kind in ('chat', 'call_voice', 'call_video', 'call_other', 'ai_chat', 'ai_voice', 'ai_video', 'booking')

),

params as (

    {{ pivot_params('churn_params', params) }}

),

spans as (

    select strategy_id, 'window' as span, starts_on, ends_on, churn_wait_days from windows
    union all
    select strategy_id, 'baseline' as span, baseline_starts_on, baseline_ends_on, churn_wait_days from windows

),

-- a number in place of the names (what is grouped by it has many rows), the span's last instant, and how far
-- engagement looks back from it
bounded as (

    select
        spans.*,
        row_number() over (order by spans.strategy_id, spans.span) as span_number,
        params.engagement_window_days,
        {{ timestamp_from_micros(timestamp_micros('dates.ended_at') ~ ' - 1') }} as last_instant
    from spans
    cross join params
    inner join dates on spans.ends_on = dates.kpi_date

),

-- the dates on which a user was active around a span: in it, before its end (engagement), after it
user_spans as (

    select
        bounded.span_number,
        user_days.user_id,
        max(case
            when user_days.business_date >= bounded.starts_on and user_days.business_date <= bounded.ends_on then 1
            else 0
        end) as is_active,
        sum(case
            when
                user_days.business_date > {{ add_days('bounded.ends_on', '-bounded.engagement_window_days') }}
                and user_days.business_date <= bounded.ends_on
                then 1
            else 0
        end) as active_dates,
        max(case when user_days.business_date > bounded.ends_on then 1 else 0 end) as came_back
    from bounded
    inner join user_days
        on
            user_days.business_date >= least(
                bounded.starts_on, {{ add_days('bounded.ends_on', '1 - bounded.engagement_window_days') }}
            )
            and user_days.business_date <= {{ add_days('bounded.ends_on', 'bounded.churn_wait_days') }}
    group by bounded.span_number, user_days.user_id

),

-- how often everybody did each up to the end of a span: spans are few, so their limits are looked for at
-- every event, not all events of a user at each of the spans
{% for source, counted in [('sessions', 'session_counts'), ('interactions', 'interaction_counts')] %}
{{ counted }} as (

    select
        bounded.span_number,
        {{ source }}.user_id,
        count(*) as {{ source }}
    from {{ source }}
    inner join bounded
        on {{ is_trailing(source ~ '.occurred_at', 'bounded.engagement_window_days', 'bounded.last_instant') }}
    group by bounded.span_number, {{ source }}.user_id

),

{% endfor -%}
active as (

    select user_spans.*
    from user_spans
    inner join users on user_spans.user_id = users.user_id
    where user_spans.is_active = 1

),

people as (

    select
        active.span_number,
        count(*) as active_users,
        sum(1 - active.came_back) as churned_users,
        -- in hundredths: a whole number adds up exactly
        sum(round(100 * {{ rounded_score(engagement_score(
            'coalesce(session_counts.sessions, 0)', 'active.active_dates',
            'coalesce(interaction_counts.interactions, 0)', 'params'
        )) }})) as engagement_sum
    from active
    cross join params
    {%- for source in ['session_counts', 'interaction_counts'] %}
    left join {{ source }}
        on
            active.span_number = {{ source }}.span_number
            and active.user_id = {{ source }}.user_id
    {%- endfor %}
    group by active.span_number

),

money as (

    select
        bounded.span_number,
        bounded.strategy_id,
        bounded.span,
        sum(days.total_revenue) as total_revenue,
        count(*) as dates
    from bounded
    inner join days on days.kpi_date >= bounded.starts_on and days.kpi_date <= bounded.ends_on
    group by bounded.span_number, bounded.strategy_id, bounded.span

)

select
    money.strategy_id,
    money.span,
    {{ rate_of('people.churned_users', 'people.active_users') }} as churn_rate,
    {{ rate_of('money.total_revenue', 'money.dates') }} as mean_revenue,
    {{ rounded_ratio('people.engagement_sum', '(100 * people.active_users)') }} as engagement_score
from money
left join people on money.span_number = people.span_number
