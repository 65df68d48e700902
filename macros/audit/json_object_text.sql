{# A JSON object as text from [name, expression, text | number]; the texts hold no quotes or backslashes. #}
{% macro json_object_text(members) -%}
    '{' ||
    {%- for name, expression, kind in members %}
    '"{{ name }}":' ||
    {%- if kind == 'text' %}
    '"' || coalesce(cast({{ expression }} as {{ dbt.type_string() }}), '') || '"'
    {%- else %}
    coalesce(cast({{ expression }} as {{ dbt.type_string() }}), 'null')
    {%- endif %}
    {%- if not loop.last %} || ',' ||{% endif %}
    {%- endfor %} || '}'
{%- endmacro %}
