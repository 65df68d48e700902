{#
    Timestamps as the apps write them, read to the microsecond, rounding down; NULL where they can't be read or
    lie outside the years 1 to 9999. Of a field (or of updatedAt) the CTEs of land_collection.sql know

        text_{name}     its text (blank made NULL)
        item_{name}_*   the parts of an object that is written the usual way: seconds and nanos (Firestore),
                        date and millis (MongoDB)
        inner_{name}    what else an object may hold: the values of timestamp_paths(format)
        written_{name}  ISO-8601 or a number of milliseconds, as text: written_time()
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


{# The text of an instant (ISO or milliseconds), out of MongoDB's wrapper where it has one. #}
{% macro written_time(name, format) -%}
    {%- set text, inner, items = 'text_' ~ name, 'inner_' ~ name, [] -%}
    {%- for path in timestamp_paths(format) %}{% do items.append(list_item(inner, loop.index)) %}{% endfor -%}
    case
        when {{ text }} is null then null
        when not {{ starts_with(text, '{', '|') }} then {{ trimmed(text) }}
        {%- if format != 'changelog' %}
        when {{ inner }} is not null then {{ trim_blank('coalesce(' ~ items | join(', ') ~ ')') }}
        {%- endif %}
        {%- if format == 'mongo' %}
        else {{ trimmed('coalesce(item_' ~ name ~ '_millis, item_' ~ name ~ '_date)') }}
        {%- endif %}
    end
{%- endmacro %}


{# Seconds and nanoseconds of a Firestore timestamp object, as whole numbers. #}
{% macro firestore_seconds(name) -%}
    {%- set inner = 'inner_' ~ name -%}
    {{ try_cast(
        'case when ' ~ inner ~ ' is null then item_' ~ name ~ '_seconds else coalesce('
        ~ list_item(inner, 1) ~ ', ' ~ list_item(inner, 3) ~ ') end', 'bigint'
    ) }}
{%- endmacro %}

{% macro firestore_nanos(name) -%}
    {%- set inner = 'inner_' ~ name -%}
    {{ try_cast(
        'case when ' ~ inner ~ ' is null then item_' ~ name ~ '_nanos else coalesce('
        ~ list_item(inner, 2) ~ ', ' ~ list_item(inner, 4) ~ ", '0') end", 'bigint'
    ) }}
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
        when not {{ matches(text, pattern) }} then null
        when {{ zone }} in ('', 'Z', 'z') then {{ local }}
        when substr({{ zone }}, 2, 2) > '23' or (length({{ zone }}) > 3 and right({{ zone }}, 2) > '59') then null
        when {{ add_minutes(local, offset_minutes) }} <= cast('9999-12-31 23:59:59.999999' as timestamp)
            then {{ add_minutes(local, offset_minutes) }}
    end
{%- endmacro %}


{% macro read_timestamp(name, format) -%}
    {%- set written = 'written_' ~ name -%}
    case
        {%- if format == 'changelog' %}
        when inner_{{ name }} is not null or (item_{{ name }}_seconds is not null and item_{{ name }}_nanos is not null)
            then {{ timestamp_from_micros(firestore_micros('seconds_' ~ name, 'nanos_' ~ name)) }}
        {%- endif %}
        when {{ written }} is null then null
        {#- nearly all texts, which need no taking apart #}
        when {{ is_plain_instant(written, 'Z?') }} then {{ try_cast(written, 'timestamp') }}
        when {{ is_plain_instant(written, '[+-]([01][0-9]|2[0-3]):[0-5][0-9]') }} then {{ zoned_instant(written) }}
        when {{ matches(written, number_pattern()) }} then {{ timestamp_from_micros(epoch_micros(written)) }}
        when left({{ written }}, 4) <> '0000' then {{ iso_timestamp(written) }}
    end
{%- endmacro %}


{# Is the text an instant in full, with a zone like this? Years at the ends are left out: the zone may lead beyond. #}
{% macro is_plain_instant(text, zone) -%}
    ({{ text }} >= '0002' and {{ text }} < '9999' and {{ matches(
        text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?' ~ zone ~ '$'
    ) }})
{%- endmacro %}


{# An instant with an offset, in UTC. #}
{% macro zoned_instant(text) %}
    {{ return(adapter.dispatch('zoned_instant', 'creator_warehouse')(text)) }}
{% endmacro %}

{# A cast to a timestamp without zone would pass over the offset. #}
{% macro duckdb__zoned_instant(text) -%}
    make_timestamp(epoch_us({{ try_cast(text, 'timestamptz') }}))
{%- endmacro %}

{% macro spark__zoned_instant(text) -%}
    {{ try_cast(text, 'timestamp') }}
{%- endmacro %}
