{# The business date of a UTC instant in the reporting time zone of a platform. #}
{% macro business_date(utc_timestamp, platform) -%}
    cast({{ platform_local(utc_timestamp, platform) }} as date)
{%- endmacro %}


{# The wall clock of a platform's reporting time zone. #}
{% macro platform_local(utc_timestamp, platform) -%}
    {%- set time_zone = "(select time_zone from " ~ ref('platforms') ~ " where platform = '" ~ platform ~ "')" -%}
    {{ to_local(utc_timestamp, time_zone) }}
{%- endmacro %}
