{#
    The last-active times of all visible good versions of a platform's users, so that past active
    dates stand when a user comes back or is deleted. Data of a DELETE in a change log are none; a deleted
    line of MongoDB is the whole document.
#}
{% macro last_active_versions(landed_model, format) -%}
    select
        versions.document_id,
        versions.document.last_active_at as occurred_at,
        max(coalesce(documents.changed_in, versions.landed_in)) as changed_in,
        max(coalesce(documents.settles_at, versions.settles_at)) as settles_at
    from ({{ visible_rows(landed_model, format) }} and reason is null
        {%- if format == 'changelog' %} and not is_delete{% endif %}) as versions
    left join {{ ref(landed_model | replace('lnd_', 'revised_')) }} as documents
        on versions.document_key = documents.document_key
    where versions.document.last_active_at <= {{ as_of() }}
    group by versions.document_id, versions.document.last_active_at
{%- endmacro %}
