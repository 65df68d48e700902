{# Empty or blank text is absent. All blanks sort before '!': most texts need no trimming to be told. #}
{% macro nullif_blank(text) -%}
    case when {{ text }} >= '!' then {{ text }} when {{ trim_blank(text) }} <> '' then {{ text }} end
{%- endmacro %}


{# All blanks sort before "!". #}
{% macro has_no_outer_blanks(text) -%}
    ({{ text }} >= '!' and right({{ text }}, 1) >= '!')
{%- endmacro %}


{# trim_blank, at no cost for a text that has nothing to trim. #}
{% macro trimmed(text) -%}
    case when {{ has_no_outer_blanks(text) }} then {{ text }} else {{ trim_blank(text) }} end
{%- endmacro %}


{# A text whose first character is no blank. #}
{% macro without_leading_blanks(text) -%}
    (case when {{ text }} >= '!' then {{ text }} else {{ trim_blank(text) }} end)
{%- endmacro %}


{# What follows the last slash; NULL where that is blank. #}
{% macro last_segment(text) -%}
    {{ nullif_blank("split_part(" ~ text ~ ", '/', -1)") }}
{%- endmacro %}


{# An id that may be written as a reference (users/u1): the last segment is the id. #}
{% macro reference_id(text) -%}
    case
        when contains({{ text }}, '/') and not {{ is_json_container(text) }} then {{ last_segment(text) }}
        else {{ nullif_blank(text) }}
    end
{%- endmacro %}


{# Types whose value is the text itself. #}
{% macro text_types() %}
    {{ return(['id', 'text', 'enum', 'country', 'currency']) }}
{% endmacro %}


{# What to look for inside of a nested value; nothing where the type holds no nested values. #}
{% macro inner_paths(type, format) %}
    {% if type == 'timestamp' %}
        {{ return(timestamp_paths(format)) }}
    {% elif type == 'geo' %}
        {{ return(['$._latitude', '$.latitude', '$._longitude', '$.longitude']) }}
    {% elif type in ('number', 'integer', 'boolean') and format == 'mongo' %}
        {{ return(number_wrapper_paths()) }}
    {% elif type != 'text_list' and format == 'mongo' %}
        {{ return(wrapper_paths()) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}


{# How nested values usually are written: parts by name, and where they lie. #}
{% macro usual_parts(type, format) %}
    {% if type == 'timestamp' and format == 'changelog' %}
        {{ return({'seconds': '._seconds', 'nanos': '._nanoseconds'}) }}
    {% elif type == 'timestamp' and format == 'mongo' %}
        {{ return({'date': '."$date"', 'millis': '."$date"."$numberLong"'}) }}
    {% elif type == 'document_id' and format == 'mongo' %}
        {{ return({'oid': '."$oid"'}) }}
    {% endif %}
    {{ return({}) }}
{% endmacro %}


{# Has a nested value the parts it usually has, and nothing deeper? #}
{% macro has_usual_parts(name, type, format) -%}
    {%- set item = 'item_' ~ name -%}
    {%- if type == 'timestamp' and format == 'changelog' -%}
    ({{ item }}_seconds is not null and {{ item }}_nanos is not null)
    {%- elif type == 'timestamp' and format == 'mongo' -%}
    ({{ item }}_millis is not null or {{ item }}_date < '{' or {{ item }}_date >= '|')
    {%- elif type == 'document_id' and format == 'mongo' -%}
    ({{ item }}_oid < '{' or {{ item }}_oid >= '|')
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}


{# All that a nested value may hold (inner_paths), where it lacks its usual parts. #}
{% macro unusual_parts(name, type, format) -%}
    case
        when {{ starts_with('item_' ~ name, '{', '|') }} and not coalesce({{ has_usual_parts(name, type, format) }}, false)
            then {{ json_values('item_' ~ name, inner_paths(type, format)) }}
    end
{%- endmacro %}


{# Is the text a JSON object or array (and no plain text that happens to start like one)? #}
{% macro is_json_container(text) -%}
    case
        when {{ starts_with(text, '{', '|') }} or {{ starts_with(text, '[', ']') }}
            then {{ list_item(json_values(text, ['$']), 1) }} is not null
        else false
    end
{%- endmacro %}


{# A JSON value as plain text: MongoDB's wrappers ($oid, $numberInt ..) taken off, blank made NULL. #}
{% macro plain_text(name, type, format) -%}
    {%- set item, inner = 'item_' ~ name, 'inner_' ~ name -%}
    {%- if format == 'mongo' -%}
    {%- set items = [] -%}
    {%- for path in inner_paths(type, format) %}{% do items.append(list_item(inner, loop.index)) %}{% endfor -%}
    {%- set usual = ['item_' ~ name ~ '_oid', item] if type == 'document_id' else [item] -%}
    case
        when {{ inner }} is not null then {{ nullif_blank('coalesce(' ~ items | join(', ') ~ ', ' ~ item ~ ')') }}
        else {{ nullif_blank('coalesce(' ~ usual | join(', ') ~ ')' if usual | length > 1 else item) }}
    end
    {%- else -%}
    {{ nullif_blank(item) }}
    {%- endif -%}
{%- endmacro %}


{# An id is a text: an object or a list is none. #}
{% macro text_of_id(text) -%}
    case when not {{ is_json_container('(' ~ text ~ ')') }} then {{ text }} end
{%- endmacro %}


{# The text of a field before it is typed. Timestamps, geopoints and lists keep their JSON. #}
{% macro field_text(name, field, format) -%}
    {%- if field.type in ('timestamp', 'geo', 'text_list') -%}
    {{ nullif_blank('item_' ~ name) }}
    {%- elif field.type == 'id' and format == 'changelog' -%}
    {{ reference_id('item_' ~ name) }}
    {%- else -%}
    {{ plain_text(name, field.type, format) }}
    {%- endif -%}
{%- endmacro %}


{# A number of up to 12 whole digits and 6 decimals, written plainly, as DECIMAL(18, 6) or BIGINT; else NULL. #}
{% macro plain_number(text, type) -%}
    {%- set pattern = '^-?[0-9]{1,12}$' if type == 'integer' else '^-?[0-9]{1,12}([.][0-9]{1,6})?$' -%}
    {{ try_cast(
        'case when ' ~ matches(text, pattern) ~ ' then ' ~ text ~ ' end',
        'bigint' if type == 'integer' else 'decimal(18, 6)'
    ) }}
{%- endmacro %}


{# A finite number as DOUBLE; NULL for anything else. Casts pass over blanks, the pattern must too. #}
{% macro read_number(text) -%}
    case
        when {{ matches(text, number_pattern()) }} and {{ is_finite(try_cast(text, 'double')) }}
            then {{ try_cast(text, 'double') }}
        when {{ text }} is null or {{ has_no_outer_blanks(text) }} then null
        when {{ matches(trim_blank(text), number_pattern()) }}
            and {{ is_finite(try_cast(trim_blank(text), 'double')) }}
            then {{ try_cast(trim_blank(text), 'double') }}
    end
{%- endmacro %}


{# The condition under which a number that was read lies in its field's range. #}
{% macro in_range(field, number) -%}
    abs({{ number }}) < 1000000000000
    {%- if field.min is defined %} and {{ number }} >= {{ field.min }}{% endif %}
    {%- if field.max is defined %} and {{ number }} <= {{ field.max }}{% endif %}
{%- endmacro %}


{% macro valid_geo(position) -%}
    latitude_{{ position }} between -90 and 90 and longitude_{{ position }} between -180 and 180
{%- endmacro %}


{# The value of a field in its own type, from the columns of the CTE `plain`. #}
{% macro typed_value(field, position, format) -%}
    {%- set text, plain = 'text_' ~ position, 'plain_' ~ position -%}
    {%- set number = read_number(text) -%}
    {%- if field.type == 'timestamp' -%}
    {{ read_timestamp(position, format) }}
    {%- elif field.type == 'number' -%}
    case
        when {{ plain }} is not null then case when {{ in_range(field, plain) }} then cast({{ plain }} as decimal(26, 14)) end
        when {{ in_range(field, number) }} then {{ exact_number(trimmed(text), number) }}
    end
    {%- elif field.type == 'integer' -%}
    {%- set whole = cut_to_integer(try_cast(trimmed(text), wide_decimal())) -%}
    case
        when {{ plain }} is not null then case when {{ in_range(field, plain) }} then {{ plain }} end
        when {{ number }} is not null and {{ in_range(field, whole) }} then {{ whole }}
    end
    {%- elif field.type == 'boolean' -%}
    case lower({{ text }}) when 'true' then true when 'false' then false end
    {%- elif field.type == 'geo' -%}
    case when {{ valid_geo(position) }} then latitude_{{ position }} end
    {%- elif field.type == 'text_list' -%}
    {{ json_text_list(text) }}
    {%- elif field.type == 'country' -%}
    case when not {{ is_json_container(text) }} then upper({{ trimmed(text) }}) end
    {%- elif field.type == 'enum' -%}
    case
        when {{ text }} is null or {{ is_json_container(text) }}
            then {% if field.default is defined %}'{{ field.default }}'{% else %}null{% endif %}
        when lower({{ text }}) in ({% for value in field['values'] %}'{{ value }}'{% if not loop.last %}, {% endif %}{% endfor %})
            then lower({{ text }})
        else 'other'
    end
    {%- elif field.type == 'currency' -%}
    case
        when upper({{ text }}) in ({% for value in field['values'] %}'{{ value }}'{% if not loop.last %}, {% endif %}{% endfor %})
            then upper({{ text }})
    end
    {%- else -%}
    case when not {{ is_json_container(text) }} then {{ text }} end
    {%- endif -%}
{%- endmacro %}


{# The last instant at which a row can have arrived. #}
{% macro arrived_at(format) -%}
    {%- if format == 'changelog' -%}
    case when committed_at = cast('1970-01-01' as timestamp) then {{ end_of_day('dt') }} else committed_at end
    {%- else -%}
    {{ end_of_day('dt') }}
    {%- endif -%}
{%- endmacro %}


{% macro end_of_day(date) -%}
    {{ add_minutes('cast(' ~ date ~ ' as timestamp)', 1440) }}
{%- endmacro %}


{# The text that broke the rule, for the people who mend it. #}
{% macro quarantine_detail(fields) -%}
    case
        when broken_rule is null then null
        {%- for field in fields %}
        when broken_rule like '%:{{ field.field }}' then left(text_{{ loop.index }}, 200)
        {%- endfor %}
        {%- for field in fields if field.type == 'currency' %}
        when broken_rule = 'unknown_currency' then left(text_{{ fields.index(field) + 1 }}, 200)
        {%- endfor %}
    end
{%- endmacro %}


{# Raw names, each with a comma, of the optional fields that hold something unreadable; '' if none. #}
{% macro lost_fields(fields, format) -%}
    {%- set conditions, parts = [], [] -%}
    {%- for field in fields if not field.required -%}
        {%- set position = loop_position(fields, field) -%}
        {#- what can't be read is null, and null is the default where there is one -#}
        {%- set is_lost = is_json_container('text_' ~ position) if field.type == 'enum' and field.default is defined
            else 'value_' ~ position ~ ' is null' -%}
        {%- set lost = 'text_' ~ position ~ ' is not null and ' ~ is_lost -%}
        {%- do conditions.append('(' ~ lost ~ ')') -%}
        {%- do parts.append('case when ' ~ lost ~ " then '" ~ field.field ~ ",' else '' end") -%}
    {%- endfor -%}
    {%- if format == 'mongo' -%}
        {%- do conditions.append('(text_updated is not null and updated_at is null)') -%}
        {%- do parts.append(
            "case when text_updated is not null and updated_at is null then 'updatedAt,' else '' end"
        ) -%}
    {%- endif -%}
    {%- if parts -%}
    case
        when {{ conditions | join('\n            or ') }}
            then {{ parts | join('\n                || ') }}
        else ''
    end
    {%- else -%}
    ''
    {%- endif -%}
{%- endmacro %}


{#
    From this instant on as_of changes nothing about a row: it is visible, its event has happened, and
    all optional times (which count as absent while they lie after as_of) lie in the past.
#}
{% macro settles_at(fields, format) -%}
    {%- set times = ['cast(dt as timestamp)', 'event_at'] -%}
    {%- if format == 'changelog' %}{% do times.append('committed_at') %}{% endif -%}
    {%- for field in fields if field.type == 'timestamp' and not field.required -%}
        {%- do times.append('value_' ~ loop_position(fields, field)) -%}
    {%- endfor -%}
    greatest({{ times | join(', ') }})
{%- endmacro %}


{% macro loop_position(fields, field) %}
    {{ return(fields.index(field) + 1) }}
{% endmacro %}
