{# Fails for each value that two columns do not hold equally often. #}
{% test cardinality_equality(model, column_name, to, field) %}
with counts as (
    select {{ column_name }} as column_value, count(*) as row_count
    from {{ model }}
    group by {{ column_name }}
    union all
    select {{ field }} as column_value, -count(*) as row_count
    from {{ to }}
    group by {{ field }}
)

select column_value, sum(row_count) as difference
from counts
group by column_value
having sum(row_count) <> 0
{% endtest %}
