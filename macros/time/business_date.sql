{# The business date of a UTC instant in the reporting time zone of a platform. #}
{% macro business_date(utc_timestamp, platform) -%}
    cast({{ to_local(
        utc_timestamp,
        "(select time_zone from " ~ ref('platforms') ~ " where platform = '" ~ platform ~ "')"
    ) }} as date)
{%- endmacro %}
