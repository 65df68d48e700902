{# One row with a column per param of a key-value seed (param, value). #}
{% macro pivot_params(seed, params) -%}
    {{ pivot_params_of(ref(seed), params) }}
{%- endmacro %}


{# The same of a relation: generic tests are given one. #}
{% macro pivot_params_of(relation, params) -%}
    select
        {%- for param in params %}
        max(case when param = '{{ param }}' then value end) as {{ param }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
