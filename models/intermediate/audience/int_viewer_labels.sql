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

labels as (

    select * from {{ ref('audience_labels') }} where dimension = 'intent'

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

intents as (

    select
        interactions.user_id,
        case
            when interactions.kind = 'booking' then 'meeting'
            when interactions.kind = 'ticket' then 'event'
            when interactions.kind in ('chat', 'ai_chat') then 'chat'
            else 'call'
        end as intent
    from interactions
    cross join params
    where
        interactions.kind in (
            'booking', 'ticket', 'chat', 'ai_chat', 'call_voice', 'call_video', 'call_other', 'ai_voice', 'ai_video'
        )
        and {{ is_trailing('interactions.occurred_at', 'params.intent_window_days', as_of()) }}

),

-- the most frequent; more than half is always the most frequent, so the order only settles ties
ranked as (

    select
        intents.user_id,
        intents.intent,
        {{ intent_rank('intents.user_id') }} as intent_rank
    from intents
    inner join labels on intents.intent = labels.label
    group by intents.user_id, intents.intent

)

select
    users.user_id as viewer_id,
    {{ budget_label(
        'coalesce(spending.tokens, 0)', 'coalesce(spending.purchases, 0)', 'params'
    ) }} as budget,
    coalesce(ranked.intent, 'none') as intent
from users
cross join params
left join spending on users.user_id = spending.user_id
left join ranked on users.user_id = ranked.user_id and ranked.intent_rank = 1
