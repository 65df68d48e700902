{# One row with a column per param of a key-value seed (param, value). #}
{% macro pivot_params(seed, params) -%}
    select
        {%- for param in params %}
        max(case when param = '{{ param }}' then value end) as {{ param }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref(seed) }}
{%- endmacro %}
