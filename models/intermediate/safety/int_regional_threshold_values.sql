{%- set columns = regional_threshold_columns() -%}
with thresholds as (

    select * from {{ ref('int_regional_thresholds') }}

)

{% for column in columns %}
select
    region,
    country_code,
    '{{ column }}' as threshold,
    {{ column }} as threshold_value
from thresholds
{%- if not loop.last %}

union all
{% endif %}
{%- endfor %}
