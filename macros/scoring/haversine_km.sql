{# Great-circle distance in km between two points given in degrees. #}
{% macro haversine_km(latitude_a, longitude_a, latitude_b, longitude_b, radius_km) -%}
    2 * cast({{ radius_km }} as double) * asin(sqrt(least(1,
        power(sin(radians({{ latitude_b }} - {{ latitude_a }}) / 2), 2)
        + cos(radians({{ latitude_a }})) * cos(radians({{ latitude_b }}))
        * power(sin(radians({{ longitude_b }} - {{ longitude_a }}) / 2), 2)
    )))
{%- endmacro %}
