{%- set columns = regional_threshold_columns() -%}
with thresholds as (

    select * from {{ ref('regional_thresholds') }}

),

regions as (

    select * from {{ ref('regions') }}

),

region_names as (

    select distinct region from regions

    union

    select 'UNKNOWN' as region

),

-- a scope that names a region is that region, also where a country has the same code (NA)
region_rows as (

    select thresholds.*
    from thresholds
    inner join region_names on thresholds.scope = region_names.region

),

global_row as (

    select * from thresholds where scope = 'global'

),

country_rows as (

    select thresholds.*
    from thresholds
    left join region_names on thresholds.scope = region_names.region
    where thresholds.scope <> 'global' and region_names.region is null

),

places as (

    select region, country_code from regions

    union all

    select 'UNKNOWN' as region, 'ZZ' as country_code

    union all

    -- a whole region
    select region, 'ALL' as country_code from region_names

    union all

    select 'ALL' as region, 'ALL' as country_code

)

-- an empty cell falls back: country, region, global
select
    places.region,
    places.country_code,
    {%- for column in columns %}
    coalesce(country_rows.{{ column }}, region_rows.{{ column }}, global_row.{{ column }}) as {{ column }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from places
cross join global_row
left join region_rows on places.region = region_rows.scope
left join country_rows on places.country_code = country_rows.scope
