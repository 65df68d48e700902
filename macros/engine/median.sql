{# The middle value of a group, or the mean of the two in the middle, as DOUBLE; NULLs are left out. #}
{% macro median_of(column) -%}
    median(cast({{ column }} as double))
{%- endmacro %}
