{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'A kind that the seed activity_kinds does not name would vanish in silence.'}
) }}
-- int_activity joins the seed: as many events come out as the platforms have.
with roads as (

    {%- for platform in var('platforms') %}
    select
        '{{ platform }}' as platform,
        kind,
        count(*) as event_count
    from {{ ref('int_' ~ platform ~ '__activity') }}
    group by kind
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

joined as (

    select
        platform,
        kind,
        count(*) as event_count
    from {{ ref('int_activity') }}
    group by platform, kind

)

select
    roads.platform,
    roads.kind,
    roads.event_count,
    joined.event_count as event_count_in_int_activity
from roads
left join joined on roads.platform = joined.platform and roads.kind = joined.kind
where joined.event_count is null or joined.event_count <> roads.event_count
