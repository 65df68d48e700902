{# Snapshots date their rows by as_of: no other clock. #}
{% macro duckdb__snapshot_get_time() -%}
    {{ as_of() }}
{%- endmacro %}

{% macro spark__snapshot_get_time() -%}
    {{ as_of() }}
{%- endmacro %}
