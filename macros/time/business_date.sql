{# The business date of a UTC instant in the reporting time zone of a platform. #}
{% macro business_date(utc_timestamp, platform) -%}
    cast({{ to_local(
        utc_timestamp,
        "(select time_zone from " ~ ref('platforms') ~ " where platform = '" ~ platform ~ "')"
    ) }} as date)
{%- endmacro %}


{# The first business date of a platform that starts at or after a UTC instant. #}
{% macro first_date_from(utc_timestamp, platform) -%}
    case
        when {{ to_utc('cast(' ~ business_date(utc_timestamp, platform) ~ ' as timestamp)',
            "(select time_zone from " ~ ref('platforms') ~ " where platform = '" ~ platform ~ "')") }} = {{ utc_timestamp }}
            then {{ business_date(utc_timestamp, platform) }}
        else {{ add_days(business_date(utc_timestamp, platform), 1) }}
    end
{%- endmacro %}
