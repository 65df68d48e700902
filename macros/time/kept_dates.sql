{#
    The condition under which a date stays in a daily mart: the last daily_retention_days dates up
    to D. `platforms` is the alias of int_platforms.
#}
{% macro is_kept_date(date, platforms='platforms') -%}
    {{ date }} > {{ add_days(platforms ~ '.current_date_local', '-' ~ var('daily_retention_days')) }}
{%- endmacro %}
