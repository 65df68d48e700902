{#
    The accepted documents of a collection with event time up to as_of, in the words of the
    warehouse. An optional time after as_of is read as absent.
#}
{% macro stage_collection(landed_model, staging_model) -%}
    {%- set revised = ref(landed_model | replace('lnd_', 'revised_')) -%}
    {%- if not execute %}{{ return('select 1 as placeholder from ' ~ ref(landed_model)) }}{%- endif -%}
    {%- set contract = landing_contract(staging_model) -%}
with single as (

    {{ single_rows(landed_model, contract.format) }}

),

accepted_single as (

    select * from single
    where
        {{ document_status('single') }} = 'accepted'
        and has_data
        and event_at <= {{ as_of() }}

),

accepted_revised as (

    select * from {{ revised }}
    where
        status = 'accepted'
        and event_at <= {{ as_of() }}

),

-- the fields are taken out of both parts apart: taken out of the union, DuckDB reads all of a document for each
renamed as (

    {%- for part, build in [('accepted_single', 'landed_in'), ('accepted_revised', 'changed_in')] %}
    select
        document_id,
        {%- for field in contract.fields %}
        {%- for column in field_columns(field) %}
        {%- if field.type == 'timestamp' and not field.required %}
        case when document.{{ column }} <= {{ as_of() }} then document.{{ column }} end as {{ column }},
        {%- elif field.type == 'boolean' and field.default is defined %}
        coalesce(document.{{ column }}, {{ field.default }}) as {{ column }},
        {%- else %}
        document.{{ column }} as {{ column }},
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
        dt as landed_date,
        {{ build }}{% if build != 'changed_in' %} as changed_in{% endif %},
        settles_at
    from {{ part }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

)

select * from renamed
{%- endmacro %}
