{# The sum of {component}_weight * {component}_component. #}
{% macro weighted_sum(components) -%}
    {%- for component in components -%}
        {{ component }}_weight * {{ component }}_component
        {%- if not loop.last %} + {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{# A rate that is 1 where there are events but no base; `otherwise` (0, or null) where there are neither. #}
{% macro rate_or_all(count, base, otherwise='0') -%}
    case
        when {{ base }} > 0 then {{ rate_of(count, base) }}
        when {{ count }} > 0 then cast(1 as double)
        else cast({{ otherwise }} as double)
    end
{%- endmacro %}
