{#
    One row per raw row of a collection: parsed once, typed, judged. Nothing here depends on as_of: a
    row once landed stays as it is, so each build lands only the files that are new (landing_plan).
    Columns are those of every lnd_ model (see the YAML of models/landing).
#}
{% macro land_collection(staging_model) %}
    {%- set platforms = ref('platforms') -%}
    {%- if not execute %}{{ return('select 1 as placeholder from ' ~ platforms) }}{% endif -%}
    {%- set contract = landing_contract(staging_model) -%}
    {{ judged_rows(contract, raw_rows(contract, landing_plan(contract).files), build_number()) }}
{%- endmacro %}


{#
    Has another row of the document landed too? On DuckDB, rows land alone and are marked once they stand
    (mark_revised_rows), for a later file may revise what an earlier one brought.
#}
{% macro is_revised_row() %}
    {{- adapter.dispatch('is_revised_row', 'creator_warehouse')() -}}
{% endmacro %}

{% macro default__is_revised_row() -%}
    count(*) over (partition by coalesce(document_key_text, cast(row_id as {{ dbt.type_string() }}))) > 1
{%- endmacro %}

{% macro duckdb__is_revised_row() -%}
    false
{%- endmacro %}


{# The SQL of a lnd_ model over the raw rows of some files. #}
{% macro judged_rows(contract, raw_rows_sql, build) %}
    {%- set format = contract.format -%}
    {%- set fields = contract.fields -%}
    {%- set paths = [] -%}
    {%- for field in fields %}{% do paths.append('$.' ~ field.field) %}{% endfor -%}
    {%- set event_field = contract.event_time -%}
    {%- if format == 'mongo' -%}
        {%- do paths.append('$._id') -%}
        {%- do paths.append('$.deletedAt') -%}
        {%- do paths.append('$.updatedAt') -%}
    {%- elif format == 'ndjson' -%}
        {%- do paths.append('$.' ~ contract.id_field) -%}
    {%- endif -%}
    {%- set id_position = fields | length + 1 -%}

with raw_rows as (

    {{ raw_rows_sql }}

),

-- each JSON text is parsed here, once
parsed as (

    select
        *,
        {{ json_values('payload', paths) }} as json_texts,
        {{ row_hash([
            'committed_at', 'event_id', 'document_name', 'document_id', 'operation', 'payload', 'old_payload'
        ]) }} as row_id
    from raw_rows

),

-- what stands inside of nested values: Firestore timestamps and geopoints, MongoDB's wrappers
nested as (

    select
        *,
        coalesce({{ is_json_object('payload', 'json_texts') }}, false) as is_object
        {%- if format == 'mongo' %},
        {{ inner_values(list_item('json_texts', id_position), 'id', format) }} as inner_id,
        {{ inner_values(list_item('json_texts', id_position + 2), 'timestamp', format) }} as inner_updated
        {%- endif %}
        {%- for field in fields if inner_paths(field.type, format) %},
        {{ inner_values(list_item('json_texts', fields.index(field) + 1), field.type, format) }} as inner_{{ fields.index(field) + 1 }}
        {%- endfor %}
    from parsed

),

-- the text of every field; blank is absent
texts as (

    select
        *,
        {% if format == 'changelog' -%}
        coalesce(operation = 'DELETE', false) as is_delete,
        coalesce({{ nullif_blank('document_id') }}, {{ last_segment('document_name') }}) as document_key_text
        {%- elif format == 'mongo' -%}
        coalesce(is_object and {{ nullif_blank(list_item('json_texts', id_position + 1)) }} is not null, false) as is_delete,
        {{ nullif_blank(list_item('json_texts', id_position + 2)) }} as text_updated,
        {{ text_of_id(plain_text(list_item('json_texts', id_position), 'inner_id', format)) }} as document_key_text
        {%- else -%}
        false as is_delete,
        {{ text_of_id(plain_text(list_item('json_texts', id_position), none, format)) }} as document_key_text
        {%- endif %}
        {%- for field in fields %},
        {{ field_text(list_item('json_texts', loop.index), 'inner_' ~ loop.index, field, format) }} as text_{{ loop.index }}
        {%- endfor %}
    from nested

),

numbers as (

    select
        *
        {%- if format == 'mongo' %},
        {{ read_timestamp('text_updated', 'inner_updated', format) }} as updated_at
        {%- endif %}
        {%- for field in fields %}
        {%- if field.type == 'timestamp' and format == 'changelog' %},
        {{ firestore_seconds('inner_' ~ loop.index) }} as seconds_{{ loop.index }},
        {{ firestore_nanos('inner_' ~ loop.index) }} as nanos_{{ loop.index }}
        {%- elif field.type in ('number', 'integer') %},
        {{ read_number('text_' ~ loop.index) }} as double_{{ loop.index }}
        {%- elif field.type == 'geo' %},
        {{ read_number('coalesce(' ~ list_item('inner_' ~ loop.index, 1) ~ ', ' ~ list_item('inner_' ~ loop.index, 2) ~ ')') }} as latitude_{{ loop.index }},
        {{ read_number('coalesce(' ~ list_item('inner_' ~ loop.index, 3) ~ ', ' ~ list_item('inner_' ~ loop.index, 4) ~ ')') }} as longitude_{{ loop.index }}
        {%- endif %}
        {%- endfor %}
    from texts

),

-- values; NULL where absent, unreadable or out of range
typed as (

    select
        *
        {%- for field in fields %},
        {{ typed_value(field, loop.index, format) }} as value_{{ loop.index }}
        {%- if field.type == 'geo' %},
        case when {{ valid_geo(loop.index) }} then longitude_{{ loop.index }} end as value_{{ loop.index }}_b
        {%- endif %}
        {%- endfor %}
    from numbers

),

-- the first rule that a row breaks, in the order of the contract
judged as (

    select
        *,
        case
            {%- if format == 'changelog' %}
            when is_delete and document_key_text is not null then cast(null as {{ dbt.type_string() }})
            when is_delete then 'missing_id'
            {%- endif %}
            when not is_object then 'invalid_json'
            when document_key_text is null then 'missing_id'
            {%- for field in fields if field.required %}
            when {{ 'value_' if field.type in text_types() and field.type != 'currency' else 'text_' }}{{ fields.index(field) + 1 }} is null then 'missing_field:{{ field.field }}'
            {%- endfor %}
            {%- for field in fields if field.required and field.type == 'timestamp' %}
            when value_{{ fields.index(field) + 1 }} is null then 'bad_timestamp:{{ field.field }}'
            {%- endfor %}
            {%- for field in fields if field.required and field.type in ('number', 'integer') %}
            when double_{{ fields.index(field) + 1 }} is null then 'bad_number:{{ field.field }}'
            {%- endfor %}
            {%- for field in fields if field.required %}
            {%- if field.type in ('number', 'integer') %}
            when value_{{ fields.index(field) + 1 }} is null then 'out_of_range:{{ field.field }}'
            {%- elif field.event_time and contract.platform != 'ops' %}
            when value_{{ fields.index(field) + 1 }} < cast((
                select launched_on from {{ ref('platforms') }} where platform = '{{ contract.platform }}'
            ) as timestamp) then 'out_of_range:{{ field.field }}'
            {%- endif %}
            {%- endfor %}
            {%- for field in fields if field.type == 'currency' %}
            when value_{{ fields.index(field) + 1 }} is null then 'unknown_currency'
            {%- endfor %}
            {%- set event_value = 'value_' ~ (fields.index(event_field) + 1) %}
            when {{ event_value }} > {{ add_minutes(arrived_at(format), 1440) }} then 'future_timestamp:{{ event_field.field }}'
        end as broken_rule,
        {{ event_value }} as event_at
    from typed

),

final as (

    select
        row_id,
        document_key_text as document_id,
        {{ nullif_blank('event_id') }} as event_id,
        dt,
        {%- if format == 'mongo' %}
        coalesce(updated_at, event_at) as version_at,
        {%- elif format == 'changelog' %}
        committed_at as version_at,
        {%- else %}
        event_at as version_at,
        {%- endif %}
        is_delete,
        {#- a deleted line of MongoDB is good whatever it lacks, but its data may not be #}
        {%- if format == 'mongo' %}
        case when is_delete and document_key_text is not null then null else broken_rule end as reason,
        broken_rule is null as has_data,
        {%- else %}
        broken_rule as reason,
        broken_rule is null and not is_delete as has_data,
        {%- endif %}
        {{ quarantine_detail(fields) }} as detail,
        {{ nullif_blank('payload') }} as payload,
        {{ lost_fields(fields, format) }} as lost_fields,
        event_at,
        {%- set pairs = [] %}
        {%- for field in fields %}
        {%- do pairs.append([field_columns(field)[0], 'value_' ~ loop.index]) %}
        {%- if field.type == 'geo' %}{% do pairs.append([field_columns(field)[1], 'value_' ~ loop.index ~ '_b']) %}{% endif %}
        {%- endfor %}
        {{ make_struct(pairs) }} as document,
        {{ settles_at(fields, format) }} as settles_at,
        {{ is_revised_row() }} as is_revised,
        cast({{ build }} as bigint) as landed_in
    from judged

)

select * from final
{%- endmacro %}
