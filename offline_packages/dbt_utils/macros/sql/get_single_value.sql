{# The first column of a query's first row, for use in Jinja; `default` where there is no row, and
   while the project is parsed. #}
{% macro get_single_value(query, default=none) %}
    {{ return(adapter.dispatch('get_single_value', 'dbt_utils')(query, default)) }}
{% endmacro %}

{% macro default__get_single_value(query, default) %}
    {%- if not execute -%}{{ return(default) }}{%- endif -%}
    {%- set rows = run_query(query).rows -%}
    {{ return(rows[0][0] if rows | length > 0 else default) }}
{% endmacro %}
