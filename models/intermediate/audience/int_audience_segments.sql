{%- set params = [
    'shared_interests_min_overlap', 'attraction_view_points', 'attraction_like_points',
    'attraction_dwell_minute_points', 'attraction_min_score', 'loyalty_visits_window_days',
    'loyalty_weeks_window_days', 'loyalty_visit_points', 'loyalty_week_points', 'loyalty_max_points',
    'loyal_min_visits', 'loyal_min_score'
] -%}
with events as (

    select * from {{ ref('int_audience_events') }}

),

viewers as (

    select * from {{ ref('int_viewer_labels') }}

),

proximities as (

    select * from {{ ref('int_pair_proximity') }}

),

interests as (

    select * from {{ ref('int_pair_interests') }}

),

labels as (

    select * from {{ ref('audience_labels') }} where dimension = 'intent'

),

weights as (

    select * from {{ ref('match_weights') }}

),

params as (

    {{ pivot_params('audience_params', params) }}

),

pairs as (

    select
        events.viewer_id,
        events.creator_id,
        max(events.occurred_at) as last_interaction_at,
        sum(events.tokens) as tokens_spent,
        sum(case when events.kind = 'spend' then 1 else 0 end) as spends,
        sum(case when events.kind = 'view' then 1 else 0 end) as views,
        sum(case when events.kind = 'like' then 1 else 0 end) as likes,
        sum(events.dwell_seconds) as dwell_seconds,
        sum(case
            when events.kind = 'view'
                and {{ is_trailing('events.occurred_at', 'params.loyalty_visits_window_days', as_of()) }} then 1
            else 0
        end) as visits,
        count(distinct case
            when events.kind = 'view'
                and {{ is_trailing('events.occurred_at', 'params.loyalty_weeks_window_days', as_of()) }}
                then cast(date_trunc('week', events.occurred_at) as date)
        end) as visit_weeks
    from events
    cross join params
    group by events.viewer_id, events.creator_id

),

measured as (

    select
        pairs.*,
        params.*,
        viewers.budget,
        viewers.intent,
        proximities.proximity,
        coalesce(interests.overlap, 0) as overlap,
        coalesce({{ rounded_ratio('100 * interests.overlap', 'interests.creator_tags') }}, 0) as shared_interest_score,
        {{ rounded_score(
            'params.attraction_view_points * pairs.views + params.attraction_like_points * pairs.likes'
            ~ ' + params.attraction_dwell_minute_points * cast(pairs.dwell_seconds as double) / 60'
        ) }} as visual_attraction_score,
        least(
            params.loyalty_max_points,
            params.loyalty_visit_points * pairs.visits + params.loyalty_week_points * pairs.visit_weeks
        ) as loyalty_score
    from pairs
    cross join params
    inner join viewers on pairs.viewer_id = viewers.viewer_id
    inner join proximities
        on pairs.viewer_id = proximities.viewer_id and pairs.creator_id = proximities.creator_id
    left join interests
        on pairs.viewer_id = interests.viewer_id and pairs.creator_id = interests.creator_id

),

-- what most viewers of a creator are after
intent_ranks as (

    select
        measured.creator_id,
        measured.intent,
        row_number() over (
            partition by measured.creator_id order by count(*) desc, min(labels.tie_order)
        ) as intent_rank
    from measured
    inner join labels on measured.intent = labels.label and labels.is_shared
    group by measured.creator_id, measured.intent

),

top_intents as (

    select creator_id, intent as top_intent from intent_ranks where intent_rank = 1

),

flagged as (

    select
        measured.*,
        top_intents.top_intent,
        measured.overlap >= measured.shared_interests_min_overlap as has_shared_interests,
        measured.visual_attraction_score >= measured.attraction_min_score
        and measured.spends = 0 as has_visual_attraction,
        measured.visits >= measured.loyal_min_visits
        and measured.loyalty_score >= measured.loyal_min_score as is_loyal_follower
    from measured
    left join top_intents on measured.creator_id = top_intents.creator_id

),

-- the points of every weight that a pair meets
matched as (

    select
        flagged.viewer_id,
        flagged.creator_id,
        sum(weights.points) as points
    from flagged
    inner join weights
        on
            weights.component = 'base'
            or (weights.component = 'budget' and flagged.budget = weights.label)
            or (
                weights.component = 'intent' and weights.label = 'top_intent'
                and flagged.intent = flagged.top_intent
            )
            or (weights.component = 'proximity' and flagged.proximity = weights.label)
            or (weights.component = 'loyalty' and flagged.is_loyal_follower)
            or (weights.component = 'shared_interests' and flagged.has_shared_interests)
            or (weights.component = 'visual_attraction' and flagged.has_visual_attraction)
    group by flagged.viewer_id, flagged.creator_id

),

most as (

    select points as max_points from weights where component = 'maximum'

)

select
    flagged.viewer_id,
    flagged.creator_id,
    flagged.budget,
    flagged.intent,
    flagged.proximity,
    cast(flagged.shared_interest_score as double) as shared_interest_score,
    flagged.has_shared_interests,
    flagged.visual_attraction_score,
    flagged.has_visual_attraction,
    cast(flagged.visits as bigint) as visits,
    cast(flagged.loyalty_score as double) as loyalty_score,
    flagged.is_loyal_follower,
    flagged.top_intent as creator_top_intent,
    cast(least(most.max_points, matched.points) as double) as match_score,
    {{ as_money('flagged.tokens_spent') }} as tokens_spent,
    flagged.last_interaction_at
from flagged
inner join matched
    on flagged.viewer_id = matched.viewer_id and flagged.creator_id = matched.creator_id
cross join most
