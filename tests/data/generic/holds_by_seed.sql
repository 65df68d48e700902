{#
    An expression of the model's columns and of params of a key-value seed (param, value) holds in every row:
    what a threshold decides is tested by the threshold, not by a number of its own.

    seed: ref of the seed; params: the params named in the expression.
#}
{% test holds_by_seed(model, seed, params, expression) %}

with params as (

    {{ pivot_params_of(seed, params) }}

)

select tested.*
from (select * from {{ model }}) as tested
cross join params
where not coalesce({{ expression }}, false)

{% endtest %}
