{# The mean of doubles, the same whatever the order in which they come: they are added as decimals. #}
{% macro exact_mean(column) -%}
    cast(avg(cast({{ column }} as decimal(38, 18))) as double)
{%- endmacro %}
