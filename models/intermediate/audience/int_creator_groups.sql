-- Groups of viewers of a creator with the same three labels, where all of it may be shown.
with segments as (

    select * from {{ ref('audience_segments') }}

),

shown as (

    select creator_id, dimension, label, creator_viewers, min_viewers
    from {{ ref('int_creator_labels') }}
    where is_shown

),

texts as (

    select * from {{ ref('audience_labels') }}

),

params as (

    {{ pivot_params('audience_params', ['share_rounding_percent']) }}

),

label_groups as (

    select
        creator_id,
        budget,
        intent,
        proximity,
        count(*) as viewers,
        sum(tokens_spent) as tokens_spent
    from segments
    group by creator_id, budget, intent, proximity

),

kept as (

    select
        label_groups.*,
        shown_budget.creator_viewers
    from label_groups
    inner join shown as shown_budget
        on
            label_groups.creator_id = shown_budget.creator_id
            and shown_budget.dimension = 'budget'
            and label_groups.budget = shown_budget.label
    inner join shown as shown_intent
        on
            label_groups.creator_id = shown_intent.creator_id
            and shown_intent.dimension = 'intent'
            and label_groups.intent = shown_intent.label
    inner join shown as shown_proximity
        on
            label_groups.creator_id = shown_proximity.creator_id
            and shown_proximity.dimension = 'proximity'
            and label_groups.proximity = shown_proximity.label
    where label_groups.viewers >= shown_budget.min_viewers

)

select
    kept.creator_id,
    row_number() over (
        partition by kept.creator_id order by kept.viewers desc, kept.budget, kept.intent, kept.proximity
    ) as rank,
    kept.budget,
    kept.intent,
    kept.proximity,
    budget_texts.description_part || ' ' || intent_texts.description_part || ' '
    || proximity_texts.description_part as description,
    {{ nearest_share('kept.viewers', 'kept.creator_viewers', 'params.share_rounding_percent') }} as share_pct,
    {{ money_per('kept.tokens_spent', 'kept.viewers') }} as avg_revenue_tokens,
    budget_texts.characteristic || ', ' || intent_texts.characteristic || ', '
    || proximity_texts.characteristic as characteristics
from kept
cross join params
inner join texts as budget_texts on budget_texts.dimension = 'budget' and kept.budget = budget_texts.label
inner join texts as intent_texts on intent_texts.dimension = 'intent' and kept.intent = intent_texts.label
inner join texts as proximity_texts
    on proximity_texts.dimension = 'proximity' and kept.proximity = proximity_texts.label
