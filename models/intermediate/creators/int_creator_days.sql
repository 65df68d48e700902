{{ config(materialized='increment', meta={'increment_by': ['platform', 'creator_id', 'business_date']}) }}
{%- set earning_columns = ['chat', 'voice', 'video', 'calendar', 'events', 'other'] -%}

with money as (

    select * from {{ ref('int_money') }}
    where {{ every_key(['platform', 'creator_id', 'business_date']) }}

),

interactions as (

    select * from {{ ref('int_interactions') }}
    where {{ every_key(['platform', 'creator_id', 'business_date']) }}

),

kinds as (

    select * from {{ ref('creator_activity_kinds') }}

),

events as (

    select
        platform,
        creator_id,
        business_date,
        {%- for name in earning_columns %}
        case when earning_column = 'earned_tokens_{{ name }}' then earned_tokens else 0 end
            as earned_tokens_{{ name }},
        {%- endfor %}
        earned_tokens as total_earned_tokens,
        earned_amount as total_earned_amount,
        0 as sessions_count,
        0 as interactions_count
    from money
    where kind = 'spend' and creator_id is not null

    union all

    select
        interactions.platform,
        interactions.creator_id,
        interactions.business_date,
        {%- for name in earning_columns %}
        0 as earned_tokens_{{ name }},
        {%- endfor %}
        0 as total_earned_tokens,
        0 as total_earned_amount,
        case when kinds.is_session then 1 else 0 end as sessions_count,
        case when kinds.is_interaction then 1 else 0 end as interactions_count
    from interactions
    inner join kinds
        on
            interactions.platform = kinds.platform
            and interactions.kind = kinds.kind
            and (kinds.status is null or interactions.status = kinds.status)
    where interactions.creator_id is not null

),

days as (

    select
        platform,
        creator_id,
        business_date,
        {%- for name in earning_columns %}
        {{ as_money('sum(earned_tokens_' ~ name ~ ')') }} as earned_tokens_{{ name }},
        {%- endfor %}
        {{ as_money('sum(total_earned_tokens)') }} as total_earned_tokens,
        {{ as_money('sum(total_earned_amount)') }} as total_earned_amount,
        cast(sum(sessions_count) as bigint) as sessions_count,
        cast(sum(interactions_count) as bigint) as interactions_count
    from events
    group by platform, creator_id, business_date

)

select *
from days
where
    {%- for name in earning_columns %}
    earned_tokens_{{ name }} <> 0 or
    {%- endfor %}
    total_earned_amount <> 0
    or sessions_count <> 0
    or interactions_count <> 0
