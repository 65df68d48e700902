{%- set params = [
    'suggestion_confidence_in_person', 'suggestion_confidence_top_intent', 'suggestion_confidence_other'
] -%}
with segments as (

    select * from {{ ref('audience_segments') }}

),

creator_intents as (

    select * from {{ ref('int_creator_intents') }}

),

risks as (

    select viewer_id from {{ ref('audience_risk') }} where risk <> 'blocked'

),

labels as (

    select label, is_in_person from {{ ref('audience_labels') }} where dimension = 'intent'

),

params as (

    {{ pivot_params('audience_params', params) }}

)

select
    segments.viewer_id,
    segments.creator_id,
    creator_intents.top_intent as suggested_type,
    cast(case
        when segments.intent <> creator_intents.top_intent then params.suggestion_confidence_other
        when labels.is_in_person and segments.proximity = 'local' then params.suggestion_confidence_in_person
        else params.suggestion_confidence_top_intent
    end as bigint) as confidence
from segments
cross join params
inner join risks on segments.viewer_id = risks.viewer_id
inner join creator_intents on segments.creator_id = creator_intents.creator_id
inner join labels on creator_intents.top_intent = labels.label
