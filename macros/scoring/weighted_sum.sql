{# The sum of {component}_weight * {component}_component. #}
{% macro weighted_sum(components) -%}
    {%- for component in components -%}
        {{ component }}_weight * {{ component }}_component
        {%- if not loop.last %} + {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{# One row with the weights, limits, stand-ins and order of a score's components (seed risk_weights). #}
{% macro component_weights(score, components) -%}
    select
        {%- for component in components %}
        {%- for column in ['weight', 'full_at', 'missing_value'] %}
        cast(max(case when component = '{{ component }}' then {{ column }} end) as double) as {{ component }}_{{ column }},
        {%- endfor %}
        max(case when component = '{{ component }}' then position end) as {{ component }}_position
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('risk_weights') }}
    where score = '{{ score }}'
{%- endmacro %}


{# The part 0..1 of a component: its measure over the value that counts in full; `weights` names the row above. #}
{% macro capped_part(measure, component, weights='weights') -%}
    case
        when {{ measure }} is null then {{ weights }}.{{ component }}_missing_value
        else least(1, {{ measure }} / {{ weights }}.{{ component }}_full_at)
    end
{%- endmacro %}


{# A rate that is 1 where there are events but no base; `otherwise` (0, or null) where there are neither. #}
{% macro rate_or_all(count, base, otherwise='0') -%}
    case
        when {{ base }} > 0 then {{ rate_of(count, base) }}
        when {{ count }} > 0 then cast(1 as double)
        else cast({{ otherwise }} as double)
    end
{%- endmacro %}
