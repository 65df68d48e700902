with platforms as (

    select * from {{ ref('platforms') }}

),

{%- for platform in var('platforms') %}

{{ platform }}_first_event as (

    select '{{ platform }}' as platform, min(occurred_at) as first_event_at
    from (
        {%- for model in collection_models('base', platform) %}
        select min(event_at) as occurred_at
        from {{ ref(model) }}
        where
            event_at <= {{ as_of() }}
            {%- if model.endswith('__users') %}
            and (status = 'accepted' or (status = 'deleted' and has_data))
            {%- else %}
            and status = 'accepted'
            {%- endif %}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as events

),
{%- endfor %}

first_events as (

    {%- for platform in var('platforms') %}
    select * from {{ platform }}_first_event
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    platforms.platform,
    platforms.currency,
    platforms.time_zone,
    platforms.revenue_basis,
    cast({{ to_local(as_of(), 'platforms.time_zone') }} as date) as current_date_local,
    first_events.first_event_at,
    cast({{ to_local('first_events.first_event_at', 'platforms.time_zone') }} as date) as first_date
from platforms
inner join first_events on platforms.platform = first_events.platform
