{# Fails for each value that the other relation lacks; conditions narrow either side. #}
{% test relationships_where(model, column_name, to, field, from_condition='1=1', to_condition='1=1') %}
with child as (
    select {{ column_name }} as child_id
    from {{ model }}
    where {{ column_name }} is not null and ({{ from_condition }})
),

parent as (
    select distinct {{ field }} as parent_id
    from {{ to }}
    where {{ field }} is not null and ({{ to_condition }})
)

select child.child_id
from child
left join parent on child.child_id = parent.parent_id
where parent.parent_id is null
{% endtest %}
