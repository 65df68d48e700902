{# A timestamp inside of md5 ids: YYYY-MM-DDTHH:MM:SS.ffffff. #}
{% macro timestamp_text_of(timestamp) %}
    {{ return(adapter.dispatch('timestamp_text_of', 'creator_warehouse')(timestamp)) }}
{% endmacro %}

{% macro duckdb__timestamp_text_of(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%S.%f')
{%- endmacro %}

{% macro spark__timestamp_text_of(timestamp) -%}
    concat(
        date_format({{ timestamp }}, 'yyyy-MM-dd'), 'T', date_format({{ timestamp }}, 'HH:mm:ss.SSSSSS')
    )
{%- endmacro %}


{# A stable id: lower-case md5 of the parts joined by |, NULL as empty text. #}
{% macro md5_id(parts) -%}
    md5(
        {%- for part in parts %}coalesce({{ part }}, '')
        {%- if not loop.last %} || '|' || {% endif %}{% endfor -%}
    )
{%- endmacro %}
