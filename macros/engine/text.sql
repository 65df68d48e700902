{# Blanks (space, tab, line feed, carriage return, form feed, vertical tab) cut from both ends. #}
{% macro trim_blank(column) %}
    {{ return(adapter.dispatch('trim_blank', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__trim_blank(column) -%}
    trim({{ column }}, e' \t\n\r\f\x0B')
{%- endmacro %}

{% macro spark__trim_blank(column) -%}
    trim(both ' \t\n\r\u000C\u000B' from {{ column }})
{%- endmacro %}


{# Does the text match the regular expression? Use [0-9] instead of \d: no backslashes. #}
{% macro matches(column, pattern) %}
    {{ return(adapter.dispatch('matches', 'creator_warehouse')(column, pattern)) }}
{% endmacro %}

{% macro duckdb__matches(column, pattern) -%}
    regexp_matches({{ column }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(column, pattern) -%}
    {#- Java's $ also matches before a last line break #}
    {%- set pattern = (pattern[:-1] ~ '\\\\z') if pattern.endswith('$') else pattern -%}
    ({{ column }} rlike '{{ pattern }}')
{%- endmacro %}


{# The n-th item (from 1) of a list. #}
{% macro list_item(column, n) %}
    {{ return(adapter.dispatch('list_item', 'creator_warehouse')(column, n)) }}
{% endmacro %}

{% macro duckdb__list_item(column, n) -%}
    {{ column }}[{{ n }}]
{%- endmacro %}

{% macro spark__list_item(column, n) -%}
    {{ column }}[{{ n - 1 }}]
{%- endmacro %}


{# A whole number that tells rows apart: 64 bits of hash over the columns. #}
{% macro row_hash(columns) %}
    {{ return(adapter.dispatch('row_hash', 'creator_warehouse')(columns)) }}
{% endmacro %}

{% macro duckdb__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}


{# Names the document that a row comes from, in eight bytes. #}
{% macro document_hash(platform, collection, document_id) -%}
    {{ row_hash([platform, collection, document_id]) }}
{%- endmacro %}


{# Does the text start with this character? A comparison, so that most texts cost next to nothing. #}
{% macro starts_with(text, character, next_character) -%}
    ({{ text }} >= '{{ character }}' and {{ text }} < '{{ next_character }}')
{%- endmacro %}


{# A struct from a list of [name, expression]. #}
{% macro make_struct(pairs) %}
    {{ return(adapter.dispatch('make_struct', 'creator_warehouse')(pairs)) }}
{% endmacro %}

{% macro duckdb__make_struct(pairs) -%}
    struct_pack(
        {%- for name, expression in pairs %}
        {{ name }} := {{ expression }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    )
{%- endmacro %}

{% macro spark__make_struct(pairs) -%}
    named_struct(
        {%- for name, expression in pairs %}
        '{{ name }}', {{ expression }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    )
{%- endmacro %}


{# One row per part of a text. #}
{% macro unnest_split(text, separator) %}
    {{ return(adapter.dispatch('unnest_split', 'creator_warehouse')(text, separator)) }}
{% endmacro %}

{% macro duckdb__unnest_split(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__unnest_split(text, separator) -%}
    explode(split({{ text }}, '{{ separator }}'))
{%- endmacro %}


{# The texts of a group joined by a separator, in the order of a number; NULL texts are left out. #}
{% macro ordered_list(text, position, separator=',') %}
    {{ return(adapter.dispatch('ordered_list', 'creator_warehouse')(text, position, separator)) }}
{% endmacro %}

{% macro duckdb__ordered_list(text, position, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro %}

{% macro spark__ordered_list(text, position, separator) -%}
    array_join(
        transform(
            array_sort(collect_list(
                case when {{ text }} is not null then struct({{ position }} as position, {{ text }} as item) end
            )),
            entry -> entry.item
        ),
        '{{ separator }}'
    )
{%- endmacro %}


{# One row per item of a list. #}
{% macro unnest_list(column) %}
    {{ return(adapter.dispatch('unnest_list', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__unnest_list(column) -%}
    unnest({{ column }})
{%- endmacro %}

{% macro spark__unnest_list(column) -%}
    explode({{ column }})
{%- endmacro %}


{# The texts of a group as a list. #}
{% macro list_of(column) %}
    {{ return(adapter.dispatch('list_of', 'creator_warehouse')(column)) }}
{% endmacro %}

{% macro duckdb__list_of(column) -%}
    list({{ column }})
{%- endmacro %}

{% macro spark__list_of(column) -%}
    collect_list({{ column }})
{%- endmacro %}


{# How many items two lists have in common. #}
{% macro list_overlap(a, b) %}
    {{ return(adapter.dispatch('list_overlap', 'creator_warehouse')(a, b)) }}
{% endmacro %}

{% macro duckdb__list_overlap(a, b) -%}
    len(list_intersect({{ a }}, {{ b }}))
{%- endmacro %}

{% macro spark__list_overlap(a, b) -%}
    size(array_intersect({{ a }}, {{ b }}))
{%- endmacro %}
