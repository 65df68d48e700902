{#
    Timestamps as the apps write them, read to the microsecond, rounding down.

    read_timestamp(text, inner): `text` is the field's text (blank made NULL). Where the text is a
    JSON object, `inner` is the list that json_values() gave for it with timestamp_paths(format):
    Firestore's _seconds/_nanoseconds (with or without underscore), MongoDB's $date and $numberLong.
    NULL where it can't be read or lies outside the years 1 to 9999.
#}
{% macro timestamp_paths(format) %}
    {% if format == 'changelog' %}
        {{ return(['$._seconds', '$._nanoseconds', '$.seconds', '$.nanoseconds']) }}
    {% endif %}
    {{ return([
        '$."$date"."$numberLong"', '$."$date"', '$."$numberLong"', '$."$numberDouble"', '$."$numberInt"',
        '$."$numberDecimal"'
    ]) }}
{% endmacro %}


{% macro number_pattern() %}
    {{ return('^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$') }}
{% endmacro %}


{# The text (ISO or milliseconds) inside a MongoDB wrapper, or the text itself. #}
{% macro timestamp_text(text, inner, format) -%}
    case
        when {{ text }} is null then null
        when not {{ starts_with(text, '{', '|') }} then {{ trimmed(text) }}
        {%- if format != 'changelog' %}
        else {{ trim_blank(
            'coalesce(' ~ list_item(inner, 1) ~ ', ' ~ list_item(inner, 2) ~ ', ' ~ list_item(inner, 3)
            ~ ', ' ~ list_item(inner, 4) ~ ', ' ~ list_item(inner, 5) ~ ', ' ~ list_item(inner, 6) ~ ')'
        ) }}
        {%- endif %}
    end
{%- endmacro %}


{# Seconds and nanoseconds of a Firestore timestamp object, as whole numbers. #}
{% macro firestore_seconds(inner) -%}
    {{ try_cast('coalesce(' ~ list_item(inner, 1) ~ ', ' ~ list_item(inner, 3) ~ ')', 'bigint') }}
{%- endmacro %}

{% macro firestore_nanos(inner) -%}
    {{ try_cast('coalesce(' ~ list_item(inner, 2) ~ ', ' ~ list_item(inner, 4) ~ ", '0')", 'bigint') }}
{%- endmacro %}


{# Microseconds since 1970 of both; NULL where they are out of range. #}
{% macro firestore_micros(seconds, nanos) -%}
    case
        when {{ seconds }} between -62135596800 and 253402300799
            and {{ nanos }} between -999999999 and 999999999
            then {{ seconds }} * 1000000 + cast(floor({{ nanos }} / 1000.0) as bigint)
    end
{%- endmacro %}


{# Microseconds since 1970 of a number of milliseconds. #}
{% macro epoch_micros(text) -%}
    case
        {#- most are whole numbers #}
        when {{ matches(text, '^-?[0-9]{1,15}$') }}
            and {{ try_cast(text, 'bigint') }} between -62135596800000 and 253402300799999
            then {{ try_cast(text, 'bigint') }} * 1000
        when {{ matches(text, number_pattern()) }}
            and {{ try_cast(text, 'double') }} between -62135596800000 and 253402300799999
            then cast(floor({{ try_cast(text, 'decimal(30, 14)') }} * 1000) as bigint)
    end
{%- endmacro %}


{# The instant of an ISO-8601 text; fractions beyond 6 digits are cut, no zone means UTC. #}
{% macro iso_timestamp(text) -%}
    {%- set pattern = '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]((?:[01][0-9]|2[0-3]):[0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{0,6})[0-9]{0,3})?)?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$' -%}
    {%- set zone = "regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 5)" -%}
    {%- set clock = "case when regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 2) = '' then '00:00' else regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 2) end" -%}
    {%- set seconds = "case when regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 3) = '' then '00' else regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 3) end" -%}
    {%- set local = try_cast(
        "regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 1) || ' ' || " ~ clock ~ " || ':' || " ~ seconds
        ~ " || '.' || regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 4) || '0'", 'timestamp'
    ) -%}
    {%- set offset_minutes = (
        "(" ~ try_cast("substr(" ~ zone ~ ", 2, 2)", 'integer') ~ " * 60 + coalesce("
        ~ try_cast("right(" ~ zone ~ ", 2)", 'integer') ~ " * case when length(" ~ zone ~ ") > 3 then 1 else 0 end, 0))"
        ~ " * case when left(" ~ zone ~ ", 1) = '-' then 1 else -1 end"
    ) -%}
    case
        {#- most texts: the plain form in UTC, which needs no taking apart #}
        when {{ matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?Z$') }}
            then {{ try_cast("left(" ~ text ~ ", length(" ~ text ~ ") - 1)", 'timestamp') }}
        when not {{ matches(text, pattern) }} then null
        when {{ zone }} in ('', 'Z', 'z') then {{ local }}
        when substr({{ zone }}, 2, 2) > '23' or (length({{ zone }}) > 3 and right({{ zone }}, 2) > '59') then null
        when {{ add_minutes(local, offset_minutes) }} <= cast('9999-12-31 23:59:59.999999' as timestamp)
            then {{ add_minutes(local, offset_minutes) }}
    end
{%- endmacro %}
