{# md5 of the fields as text, in the order given; null and empty text differ unless the var
   surrogate_key_treat_nulls_as_empty_strings is true. Same keys as the real package makes. #}
{% macro generate_surrogate_key(field_list) %}
    {{ return(adapter.dispatch('generate_surrogate_key', 'dbt_utils')(field_list)) }}
{% endmacro %}

{% macro default__generate_surrogate_key(field_list) %}
    {%- set treat_as_empty = var('surrogate_key_treat_nulls_as_empty_strings', false) -%}
    {%- set text_of_null = '' if treat_as_empty else '_dbt_utils_surrogate_key_null_' -%}
    {%- set parts = [] -%}
    {%- for field in field_list -%}
        {%- if not loop.first -%}{%- do parts.append("'-'") -%}{%- endif -%}
        {%- do parts.append('coalesce(cast(' ~ field ~ ' as ' ~ dbt.type_string() ~ "), '" ~ text_of_null ~ "')") -%}
    {%- endfor -%}
    {{ dbt.hash(dbt.concat(parts)) }}
{%- endmacro %}
