{#
    The last-active times of all visible good versions of a platform's users, so that past active
    dates stand when a user comes back or is deleted.
#}
{% macro last_active_versions(landed_model) -%}
    select distinct
        document_id as user_id,
        document.last_active_at as occurred_at
    from {{ ref(landed_model) }}
    where
        reason is null
        and document.last_active_at <= {{ as_of() }}
{%- endmacro %}
