{# Is the instant in the trailing days up to another instant: (until - days x 24 h, until]? #}
{% macro is_trailing(occurred_at, days, until) -%}
    ({{ occurred_at }} > {{ add_minutes(until, '-1440 * ' ~ days) }} and {{ occurred_at }} <= {{ until }})
{%- endmacro %}
