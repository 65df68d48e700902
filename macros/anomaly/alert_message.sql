{# A template with its {fields} filled in, in the order of [field, text expression]. #}
{% macro fill_template(template, fields) -%}
    {%- set filled = namespace(text=template) -%}
    {%- for field, value in fields -%}
        {%- set filled.text = 'replace(' ~ filled.text ~ ", '{" ~ field ~ "}', " ~ value ~ ')' -%}
    {%- endfor -%}
    {{ filled.text }}
{%- endmacro %}


{# A number for people: whole numbers without decimals, others with 2, below 1 with 4; NULL as n/a. #}
{% macro number_text(number) -%}
    case
        when {{ number }} is null then 'n/a'
        when {{ number }} = floor({{ number }})
            then cast(cast({{ number }} as decimal(18, 0)) as {{ dbt.type_string() }})
        when abs({{ number }}) >= 1 then cast(cast({{ number }} as decimal(18, 2)) as {{ dbt.type_string() }})
        else cast(cast({{ number }} as decimal(18, 4)) as {{ dbt.type_string() }})
    end
{%- endmacro %}
