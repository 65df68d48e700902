{# Fails when a column holds no value at all, in the whole relation or in any group. #}
{% test at_least_one(model, column_name, group_by_columns=[]) %}
{%- set names = group_by_columns | join(', ') -%}
select {{ names ~ ', ' if names }}count({{ column_name }}) as value_count
from {{ model }}
{{ 'group by ' ~ names if names }}
having count({{ column_name }}) = 0
{% endtest %}
