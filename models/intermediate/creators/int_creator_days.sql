{%- set earning_columns = ['chat', 'voice', 'video', 'calendar', 'events', 'other'] -%}
with money as (

    select * from {{ ref('int_money') }}

),

sessions as (

    {{ union_platforms_local('creator_sessions') }}

),

interactions as (

    {{ union_platforms_local('creator_interactions') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

events as (

    select
        platform,
        creator_id,
        business_date as kpi_date,
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
        platform,
        creator_id,
        cast(local_at as date) as kpi_date,
        {%- for name in earning_columns %}
        0 as earned_tokens_{{ name }},
        {%- endfor %}
        0 as total_earned_tokens,
        0 as total_earned_amount,
        1 as sessions_count,
        0 as interactions_count
    from sessions

    union all

    select
        platform,
        creator_id,
        cast(local_at as date) as kpi_date,
        {%- for name in earning_columns %}
        0 as earned_tokens_{{ name }},
        {%- endfor %}
        0 as total_earned_tokens,
        0 as total_earned_amount,
        0 as sessions_count,
        1 as interactions_count
    from interactions

),

days as (

    select
        platform,
        creator_id,
        kpi_date,
        {%- for name in earning_columns %}
        {{ as_money('sum(earned_tokens_' ~ name ~ ')') }} as earned_tokens_{{ name }},
        {%- endfor %}
        {{ as_money('sum(total_earned_tokens)') }} as total_earned_tokens,
        {{ as_money('sum(total_earned_amount)') }} as total_earned_amount,
        cast(sum(sessions_count) as bigint) as sessions_count,
        cast(sum(interactions_count) as bigint) as interactions_count
    from events
    group by platform, creator_id, kpi_date

)

select
    days.*,
    platforms.currency,
    days.kpi_date < platforms.current_date_local as is_complete
from days
inner join platforms on days.platform = platforms.platform
where
    {%- for name in earning_columns %}
    days.earned_tokens_{{ name }} <> 0 or
    {%- endfor %}
    days.total_earned_amount <> 0
    or days.sessions_count <> 0
    or days.interactions_count <> 0
