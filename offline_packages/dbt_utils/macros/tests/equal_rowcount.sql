{# Fails when two relations hold different numbers of rows, in all or in any group. #}
{% test equal_rowcount(model, compare_model, group_by_columns=[]) %}
{%- set names = group_by_columns | join(', ') ~ ', ' if group_by_columns else '' -%}
{%- set by_names = 'group by ' ~ group_by_columns | join(', ') if group_by_columns else '' -%}
with counts as (
    select {{ names }}count(*) as row_count
    from {{ model }}
    {{ by_names }}
    union all
    select {{ names }}-count(*) as row_count
    from {{ compare_model }}
    {{ by_names }}
)

select {{ names }}sum(row_count) as difference
from counts
{{ by_names }}
having sum(row_count) <> 0
{% endtest %}
