{# The sum of {component}_weight * {component}_component. #}
{% macro weighted_sum(components) -%}
    {%- for component in components -%}
        {{ component }}_weight * {{ component }}_component
        {%- if not loop.last %} + {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{# A rate that is 1 where there are events but no base, and 0 where there are none. #}
{% macro rate_or_all(count, base) -%}
    case
        when {{ base }} > 0 then {{ rate_of(count, base) }}
        when {{ count }} > 0 then cast(1 as double)
        else cast(0 as double)
    end
{%- endmacro %}
