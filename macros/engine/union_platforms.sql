{#
    The same road of every platform (int_{platform}__{road}), one under the other, with the platform's
    name. All of them have the same columns in the same order; a third platform needs no change here.
#}
{% macro union_platforms(road) -%}
    {%- for platform in var('platforms') %}
    select
        '{{ platform }}' as platform,
        {{ road }}.*
    from {{ ref('int_' ~ platform ~ '__' ~ road) }} as {{ road }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}


{#
    Like union_platforms, with the wall clock of the platform's reporting time zone as `local_at`.
    For an incremental model (increment = true) the road is narrowed to what changed.
    The zone is one value per branch: a zone that differs from row to row is ten times slower.
#}
{% macro union_platforms_local(road, utc_column='occurred_at', increment=false) -%}
    {%- for platform in var('platforms') %}
    select
        '{{ platform }}' as platform,
        {{ road }}.*,
        {{ platform_local(road ~ '.' ~ utc_column, platform) }} as local_at
    from {{ ref('int_' ~ platform ~ '__' ~ road) }} as {{ road }}
    {%- if increment %}
    where {{ every_document() }}
    {%- endif %}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
