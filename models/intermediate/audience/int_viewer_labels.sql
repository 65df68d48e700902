{%- set params = [
    'budget_window_days', 'budget_window_months', 'budget_tokens_mid_from', 'budget_tokens_high_above',
    'budget_frequency_mid_from', 'budget_frequency_high_above', 'intent_window_days'
] -%}
with users as (

    select user_id from {{ ref('dim_users') }} where platform = 'avalo' and not is_deleted

),

params as (

    {{ pivot_params('audience_params', params) }}

),

money as (

    select * from {{ ref('int_money') }} where platform = 'avalo'

),

interactions as (

    select * from {{ ref('int_interactions') }} where platform = 'avalo'

),

spending as (

    select
        money.user_id,
        sum(case when money.is_token_spend then money.tokens else 0 end) as tokens,
        sum(case when money.kind = 'purchase' then 1 else 0 end) as purchases
    from money
    cross join params
    where {{ is_trailing('money.occurred_at', 'params.budget_window_days', as_of()) }}
    group by money.user_id

),

counts as (

    select
        interactions.user_id,
        sum(case when interactions.kind = 'booking' then 1 else 0 end) as meeting,
        sum(case when interactions.kind = 'ticket' then 1 else 0 end) as event,
        sum(case
            when interactions.kind in ('call_voice', 'call_video', 'call_other', 'ai_voice', 'ai_video') then 1
            else 0
        end) as call,
        sum(case when interactions.kind in ('chat', 'ai_chat') then 1 else 0 end) as chat
    from interactions
    cross join params
    where {{ is_trailing('interactions.occurred_at', 'params.intent_window_days', as_of()) }}
    group by interactions.user_id

)

select
    users.user_id as viewer_id,
    {{ budget_label(
        'coalesce(spending.tokens, 0)', 'coalesce(spending.purchases, 0)', 'params'
    ) }} as budget,
    -- the largest; more than half is always the largest, so the order only settles ties
    case greatest(
        coalesce(counts.meeting, 0), coalesce(counts.event, 0), coalesce(counts.call, 0), coalesce(counts.chat, 0)
    )
        when 0 then 'none'
        when counts.meeting then 'meeting'
        when counts.event then 'event'
        when counts.call then 'call'
        else 'chat'
    end as intent
from users
cross join params
left join spending on users.user_id = spending.user_id
left join counts on users.user_id = counts.user_id
