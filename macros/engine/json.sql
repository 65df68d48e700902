{#
    Reading JSON text. Each text is parsed once: all fields of a document come from one call.
    Malformed text gives NULL, never an error.
#}

{% macro json_values(column, paths) %}
    {{ return(adapter.dispatch('json_values', 'creator_warehouse')(column, paths)) }}
{% endmacro %}

{# A list of texts, one per JSON path, in order; NULL where the text is not JSON. Objects and
   arrays come as their JSON text, JSON null as NULL. #}
{#- Checked first: try() around the extraction reads a whole batch again, row by row, for one bad text. #}
{% macro duckdb__json_values(column, paths) -%}
    case when json_valid({{ column }}) then json_extract_string({{ column }}, [
        {%- for path in paths %}'{{ path }}'{% if not loop.last %}, {% endif %}{% endfor -%}
    ]) end
{%- endmacro %}

{# get_json_object stops reading where it has what it looks for; as an item of an array, a text
   must be JSON to its end. #}
{% macro spark__json_values(column, paths) -%}
    case when get_json_object(concat('[', {{ column }}, ']'), '$[0]') is not null then array(
        {%- for path in paths %}get_json_object({{ column }}, '{{ path | replace("\"", "") }}')
        {%- if not loop.last %}, {% endif %}{% endfor -%}
    ) end
{%- endmacro %}


{#
    Is the text a JSON object? `parsed` is the result of json_values on the same column. Only what stands before
    it matters: looking for its end walks through all of a long text.
#}
{% macro is_json_object(column, parsed) -%}
    ({{ parsed }} is not null and {{ starts_with(without_leading_blanks(column), '{', '|') }})
{%- endmacro %}


{# What MongoDB wraps numbers in. #}
{% macro number_wrapper_paths() %}
    {{ return(['$."$numberInt"', '$."$numberLong"', '$."$numberDouble"', '$."$numberDecimal"']) }}
{% endmacro %}


{# What MongoDB wraps ids and numbers in. #}
{% macro wrapper_paths() %}
    {{ return(['$."$oid"'] + number_wrapper_paths()) }}
{% endmacro %}


{% macro json_text_list(column) %}
    {{ return(adapter.dispatch('json_text_list', 'creator_warehouse')(column)) }}
{% endmacro %}

{# A JSON array as a list of texts (MongoDB's wrappers taken off; nulls, blanks, objects and lists
   left out); NULL where the text is not an array. #}
{% macro duckdb__json_text_list(column) -%}
    case
        when left({{ column }}, 1) = '[' then
            list_filter(
                list_transform(
                    case when json_valid({{ column }}) then from_json({{ column }}, '["JSON"]') end,
                    lambda item : coalesce(
                        {%- for path in wrapper_paths() %}
                        json_extract_string(item, '{{ path }}'),
                        {%- endfor %}
                        case when json_type(item) not in ('OBJECT', 'ARRAY') then json_extract_string(item, '$') end
                    )
                ),
                lambda item : {{ trim_blank('item') }} <> ''
            )
    end
{%- endmacro %}

{% macro spark__json_text_list(column) -%}
    case
        when left({{ column }}, 1) = '[' then
            filter(
                transform(
                    from_json({{ column }}, 'array<string>'),
                    item -> coalesce(
                        {%- for path in wrapper_paths() %}
                        get_json_object(item, '{{ path | replace('"', '') }}'),
                        {%- endfor %}
                        case when not {{ is_json_container('item') }} then item end
                    )
                ),
                item -> item is not null and {{ trim_blank('item') }} <> ''
            )
    end
{%- endmacro %}
