{# The weights of each group sum to 1: else a score of 0..100 isn't one. #}
{% test weights_sum_to_one(model, column_name, group_by=none) %}

select
    {{ group_by or "'all'" }} as weight_group,
    sum({{ column_name }}) as weights
from {{ model }}
group by 1
having sum({{ column_name }}) <> 1

{% endtest %}
