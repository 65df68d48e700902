{{ config(materialized='view') }}
{%- set params = [
    'shared_interests_min_overlap', 'attraction_view_points', 'attraction_like_points',
    'attraction_dwell_minute_points', 'attraction_min_score', 'loyalty_visits_window_days',
    'loyalty_weeks_window_days', 'loyalty_visit_points', 'loyalty_week_points', 'loyalty_max_points',
    'loyal_min_visits', 'loyal_min_score'
] -%}
with pairs as (

    select * from {{ ref('int_pair_affinities') }}

),

views as (

    select * from {{ ref('int_viewer_events') }} where kind = 'view'

),

viewers as (

    select * from {{ ref('int_viewer_labels') }}

),

creator_intents as (

    select * from {{ ref('int_creator_intents') }}

),

weights as (

    select * from {{ ref('match_weights') }}

),

params as (

    {{ pivot_params('audience_params', params) }}

),

-- points that do not depend on a label
points as (

    select
        {%- for component in ['base', 'intent', 'loyalty', 'shared_interests', 'visual_attraction'] %}
        coalesce(sum(case when component = '{{ component }}' then points end), 0) as {{ component }}_points,
        {%- endfor %}
        max(case when component = 'maximum' then points end) as maximum_points
    from weights

),

visits as (

    select
        views.viewer_id,
        views.creator_id,
        sum(case
            when {{ is_trailing('views.occurred_at', 'params.loyalty_visits_window_days', as_of()) }} then 1
            else 0
        end) as visits,
        count(distinct case
            when {{ is_trailing('views.occurred_at', 'params.loyalty_weeks_window_days', as_of()) }}
                then cast(date_trunc('week', views.occurred_at) as date)
        end) as visit_weeks
    from views
    cross join params
    where
        {{ is_trailing(
            'views.occurred_at', 'greatest(params.loyalty_visits_window_days, params.loyalty_weeks_window_days)', as_of()
        ) }}
    group by views.viewer_id, views.creator_id

),

measured as (

    select
        pairs.viewer_id,
        pairs.creator_id,
        pairs.proximity,
        pairs.spends,
        pairs.tokens_spent,
        pairs.last_interaction_at,
        pairs.overlap,
        viewers.budget,
        viewers.intent,
        creator_intents.top_intent,
        coalesce(visits.visits, 0) as visits,
        case
            when pairs.overlap = 0 then 0
            else {{ rounded_ratio('100 * pairs.overlap', 'pairs.creator_tags') }}
        end as shared_interest_score,
        -- most pairs have no dwell time, and a wide decimal is slow to cast
        {{ rounded_score(
            'params.attraction_view_points * pairs.views + params.attraction_like_points * pairs.likes'
            ~ ' + params.attraction_dwell_minute_points'
            ~ ' * case when pairs.dwell_seconds = 0 then 0 else cast(pairs.dwell_seconds as double) end / 60'
        ) }} as visual_attraction_score,
        least(
            params.loyalty_max_points,
            params.loyalty_visit_points * coalesce(visits.visits, 0)
            + params.loyalty_week_points * coalesce(visits.visit_weeks, 0)
        ) as loyalty_score
    from pairs
    cross join params
    inner join viewers on pairs.viewer_id = viewers.viewer_id
    left join creator_intents on pairs.creator_id = creator_intents.creator_id
    left join visits
        on pairs.viewer_id = visits.viewer_id and pairs.creator_id = visits.creator_id

),

flagged as (

    select
        measured.*,
        measured.overlap >= params.shared_interests_min_overlap as has_shared_interests,
        measured.visual_attraction_score >= params.attraction_min_score
        and measured.spends = 0 as has_visual_attraction,
        measured.visits >= params.loyal_min_visits
        and measured.loyalty_score >= params.loyal_min_score as is_loyal_follower
    from measured
    cross join params

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
    cast(round(least(
        points.maximum_points,
        points.base_points
        + coalesce(budget_weights.points, 0)
        + coalesce(proximity_weights.points, 0)
        + case when flagged.intent = flagged.top_intent then points.intent_points else 0 end
        + case when flagged.is_loyal_follower then points.loyalty_points else 0 end
        + case when flagged.has_shared_interests then points.shared_interests_points else 0 end
        + case when flagged.has_visual_attraction then points.visual_attraction_points else 0 end
    ), 2) as double) as match_score,
    flagged.tokens_spent,
    flagged.last_interaction_at
from flagged
cross join points
left join weights as budget_weights
    on budget_weights.component = 'budget' and flagged.budget = budget_weights.label
left join weights as proximity_weights
    on proximity_weights.component = 'proximity' and flagged.proximity = proximity_weights.label
