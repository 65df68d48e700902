{#
    One row per raw row of a collection: parsed once, typed, judged. Nothing here depends on as_of: a
    row once landed stays as it is, so each build lands only the files that are new (landing_plan).
    Columns are those of every lnd_ model (see the YAML of models/landing).
#}
{% macro land_collection(staging_model) %}
    {%- set platforms = ref('platforms') -%}
    {%- if not execute %}{{ return('select 1 as placeholder from ' ~ platforms) }}{% endif -%}
    {%- set contract = landing_contract(staging_model) -%}
    {%- set judging = judged_rows(contract, 'rows_of_raw_files', 'number_of_build') -%}
    {%- set states = own_and_parents_states() -%}
    {%- set signature = landing_signature(contract, judging, states) -%}
    {%- set files = landing_plan(contract, signature, states.get(model.unique_id)).files -%}
    {{ signature_line(signature) }}
    {{- judging
        | replace('rows_of_raw_files', raw_rows(contract, files))
        | replace('number_of_build', build_number()) }}
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


{#
    What is taken out of a document's JSON text, in one go: [column, path] of every field (item_1 ..), of what
    the format needs besides (item_id, item_deleted, item_updated), and of the usual parts of nested ones.
#}
{% macro json_items(contract) %}
    {% set wanted = [] %}
    {% for field in contract.fields %}{% do wanted.append([loop.index, field.field, field.type]) %}{% endfor %}
    {% if contract.format == 'mongo' %}
        {% do wanted.append(['id', '_id', 'document_id']) %}
        {% do wanted.append(['deleted', 'deletedAt', 'text']) %}
        {% do wanted.append(['updated', 'updatedAt', 'timestamp']) %}
    {% elif contract.format == 'ndjson' %}
        {% do wanted.append(['id', contract.id_field, 'document_id']) %}
    {% endif %}
    {% set items = [] %}
    {% for name, path, type in wanted %}
        {% do items.append(['item_' ~ name, '$.' ~ path]) %}
        {% for part, part_path in usual_parts(type, contract.format).items() %}
            {% do items.append(['item_' ~ name ~ '_' ~ part, '$.' ~ path ~ part_path]) %}
        {% endfor %}
    {% endfor %}
    {{ return(items) }}
{% endmacro %}


{# What tells raw rows apart: everything but dt. #}
{% macro raw_row_id() -%}
    {{ row_hash([
        'committed_at', 'event_id', 'document_name', 'document_id', 'operation', 'payload', 'old_payload'
    ]) }}
{%- endmacro %}


{#
    The JSON text of a row is kept where somebody will read it: of bad rows. On DuckDB, good rows get theirs
    once it decides which of two is the current version (fetch_payloads_of_ties), for texts are half of what
    would be written.
#}
{% macro kept_payload(is_bad) %}
    {{- adapter.dispatch('kept_payload', 'creator_warehouse')(is_bad) -}}
{% endmacro %}

{% macro default__kept_payload(is_bad) -%}
    {{ nullif_blank('payload') }}
{%- endmacro %}

{% macro duckdb__kept_payload(is_bad) -%}
    case when {{ is_bad }} then {{ nullif_blank('payload') }} end
{%- endmacro %}


{# The SQL of a lnd_ model over the raw rows of some files. #}
{% macro judged_rows(contract, raw_rows_sql, build) %}
    {%- set format = contract.format -%}
    {%- set fields = contract.fields -%}
    {%- set event_field = contract.event_time -%}
    {%- set items = json_items(contract) -%}

with raw_rows as (

    {{ raw_rows_sql }}

),

-- each JSON text is parsed here, once
parsed as (

    select
        *,
        {{ json_values('payload', items | map(attribute=1)) }} as json_texts,
        {{ raw_row_id() }} as row_id
    from raw_rows

),

itemised as (

    select
        *,
        {%- for column, path in items %}
        {{ list_item('json_texts', loop.index) }} as {{ column }},
        {%- endfor %}
        coalesce({{ is_json_object('payload', 'json_texts') }}, false) as is_object
    from parsed

),

-- nested values that are not written the usual way
nested as (

    select
        *
        {%- if format == 'mongo' %},
        {{ unusual_parts('id', 'document_id', format) }} as inner_id,
        {{ unusual_parts('updated', 'timestamp', format) }} as inner_updated
        {%- endif %}
        {%- for field in fields if inner_paths(field.type, format) %},
        {{ unusual_parts(fields.index(field) + 1, field.type, format) }} as inner_{{ fields.index(field) + 1 }}
        {%- endfor %}
    from itemised

),

-- the text of every field; blank is absent
texts as (

    select
        *,
        {% if format == 'changelog' -%}
        coalesce(operation = 'DELETE', false) as is_delete,
        coalesce({{ nullif_blank('document_id') }}, {{ last_segment('document_name') }}) as document_key_text
        {%- elif format == 'mongo' -%}
        coalesce(is_object and {{ nullif_blank('item_deleted') }} is not null, false) as is_delete,
        {{ nullif_blank('item_updated') }} as text_updated,
        {{ text_of_id(plain_text('id', 'document_id', format)) }} as document_key_text
        {%- else -%}
        false as is_delete,
        {{ text_of_id(plain_text('id', 'document_id', format)) }} as document_key_text
        {%- endif %}
        {%- for field in fields %},
        {{ field_text(loop.index, field, format) }} as text_{{ loop.index }}
        {%- endfor %}
    from nested

),

-- times as they are written, and numbers that are written plainly
plain as (

    select
        *
        {%- if format == 'mongo' %},
        {{ written_time('updated', format) }} as written_updated
        {%- endif %}
        {%- for field in fields %}
        {%- if field.type == 'timestamp' %},
        {{ written_time(loop.index, format) }} as written_{{ loop.index }}
        {%- endif %}
        {%- if field.type == 'timestamp' and format == 'changelog' %},
        {{ firestore_seconds(loop.index) }} as seconds_{{ loop.index }},
        {{ firestore_nanos(loop.index) }} as nanos_{{ loop.index }}
        {%- elif field.type in ('number', 'integer') %},
        {{ plain_number('text_' ~ loop.index, field.type) }} as plain_{{ loop.index }}
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
        {%- if format == 'mongo' %},
        {{ read_timestamp('updated', format) }} as updated_at
        {%- endif %}
        {%- for field in fields %},
        {{ typed_value(field, loop.index, format) }} as value_{{ loop.index }}
        {%- if field.type == 'geo' %},
        case when {{ valid_geo(loop.index) }} then longitude_{{ loop.index }} end as value_{{ loop.index }}_b
        {%- endif %}
        {%- endfor %}
    from plain

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
            when value_{{ fields.index(field) + 1 }} is null and {{ read_number('text_' ~ (fields.index(field) + 1)) }} is null then 'bad_number:{{ field.field }}'
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
        {{ kept_payload('broken_rule is not null') }} as payload,
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
