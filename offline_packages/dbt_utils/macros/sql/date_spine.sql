{# A select with one row per date part, column date_<datepart>: start_date included, end_date not.
   Both are SQL expressions; the number of rows is asked of the database when the model compiles. #}
{% macro date_spine(datepart, start_date, end_date) %}
    {{ return(adapter.dispatch('date_spine', 'dbt_utils')(datepart, start_date, end_date)) }}
{% endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) %}
    {%- set length = dbt_utils.get_single_value(
        'select ' ~ dbt.datediff(start_date, end_date, datepart), default=1
    ) | int -%}
    {%- set places = [1, (length - 1) | string | length] | max %}
with digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit{{ ' union all' if not loop.last }}
    {%- endfor %}
),

positions as (
    select
        {%- for place in range(places) %}
        {{ '+ ' if not loop.first }}d{{ place }}.digit * {{ 10 ** place }}
        {%- endfor %} as spine_position
    from digits as d0
    {%- for place in range(1, places) %}
    cross join digits as d{{ place }}
    {%- endfor %}
)

select {{ dbt.dateadd(datepart, 'spine_position', start_date) }} as date_{{ datepart }}
from positions
where spine_position < {{ length }}
{% endmacro %}
