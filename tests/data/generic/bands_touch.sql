{#
    The bands of each group go from 0 without end, each beginning where the one before ends: a score that no band
    holds would take its row out of the mart.

    model: rows with `from_column` (included) and `below_column` (left out; NULL: no end).
#}
{% test bands_touch(model, group_by, from_column, below_column) %}

with bands as (

    select
        {{ group_by }} as band_group,
        {{ from_column }} as starts_at,
        {{ below_column }} as ends_at,
        row_number() over (partition by {{ group_by }} order by {{ from_column }}) as place,
        lag({{ below_column }}) over (partition by {{ group_by }} order by {{ from_column }}) as end_before,
        lead({{ from_column }}) over (partition by {{ group_by }} order by {{ from_column }}) as start_after
    from {{ model }}

)

select *
from bands
where
    starts_at <> case when place = 1 then 0 else coalesce(end_before, -1) end
    or (ends_at is null) <> (start_after is null)

{% endtest %}
