{# Microseconds from one timestamp to another; NULL where the end is missing or before the start. #}
{% macro micros_between(start, stop) -%}
    case when {{ stop }} >= {{ start }} then {{ timestamp_micros(stop) }} - {{ timestamp_micros(start) }} end
{%- endmacro %}


{# Microseconds (a whole number, safe to add up) as minutes. #}
{% macro micros_to_minutes(micros) -%}
    cast({{ micros }} as double) / 60000000
{%- endmacro %}
