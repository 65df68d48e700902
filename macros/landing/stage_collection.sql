{#
    The accepted documents of a collection with event time up to as_of, in the words of the
    warehouse. An optional time after as_of is read as absent.
#}
{% macro stage_collection(base_model, staging_model) -%}
    {%- set base = ref(base_model) -%}
    {%- if not execute %}{{ return('select 1 as placeholder from ' ~ base) }}{% endif -%}
    {%- set contract = landing_contract(staging_model) -%}
with source as (

    select * from {{ base }}

),

renamed as (

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
        changed_in,
        settles_at
    from source
    where
        status = 'accepted'
        and event_at <= {{ as_of() }}

)

select * from renamed
{%- endmacro %}
