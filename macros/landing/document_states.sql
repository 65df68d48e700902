{#
    Where the documents of a collection stand, from the rows of its lnd_ model that are visible at as_of.
    Most documents have one row, which says all. The others (is_revised) are worked out once, in revised_
    models; base_ models put both together:

        status          accepted | deleted | without_good_row
        document        the current version; of a deleted document the last version with data
        rows_good, rows_quarantined     distinct raw rows (copies in later deliveries count once)
        changed_in      the build that landed the newest row of the document
        settles_at      from this as_of on the document stays as it is
#}
{% macro visible_rows(landed_model, format) -%}
    select
        *,
        {{ document_key() }} as document_key
    from {{ ref(landed_model) }}
    where {{ is_visible(format) }}
{%- endmacro %}


{# The visible bad rows of a collection, copies too; has its document a good version as well? #}
{% macro quarantined_rows(collection) -%}
    select
        '{{ collection.platform }}' as platform,
        '{{ collection.collection }}' as collection,
        landed.row_id,
        landed.document_id,
        landed.event_id,
        landed.reason,
        landed.detail,
        landed.payload,
        landed.dt,
        coalesce(documents.rows_good > 0, false) as has_good_version
    from ({{ visible_rows('lnd_' ~ collection.model, collection.format) }} and reason is not null) as landed
    left join {{ ref('revised_' ~ collection.model) }} as documents
        on landed.document_key = documents.document_key
{%- endmacro %}


{# Has a row of a lnd_ model arrived by as_of? #}
{% macro is_visible(format) -%}
    dt <= cast('{{ as_of_date_text() }}' as date)
    {%- if format == 'changelog' %}
    and version_at <= {{ as_of() }}
    {%- endif %}
{%- endmacro %}


{# A row without an id is a document of its own. #}
{% macro document_key() -%}
    coalesce(document_id, '#' || cast(row_id as {{ dbt.type_string() }}))
{%- endmacro %}


{# The state of the documents of which more than one row has landed. #}
{% macro revised_documents(landed_model, format) -%}
with landed as (

    {{ visible_rows(landed_model, format) }}

),

revised as (

    select *
    from landed
    where is_revised and {{ every_key(['document_key']) }}

),

-- a row delivered again counts once, with its greatest dt
copies_ranked as (

    select
        *,
        row_number() over (partition by document_key, row_id order by dt desc) as copy_number
    from revised

),

versions as (

    select * from copies_ranked where copy_number = 1

),

ranked as (

    select
        *,
        row_number() over (
            partition by document_key
            order by
                case when reason is null then 0 else 1 end,
                {{ version_order(format) }}
        ) as version_number,
        row_number() over (
            partition by document_key
            order by
                case when has_data then 0 else 1 end,
                {{ version_order(format) }}
        ) as data_number
    from versions

),

counted as (

    select
        document_key,
        sum(case when reason is null then 1 else 0 end) as rows_good,
        sum(case when reason is not null then 1 else 0 end) as rows_quarantined
    from ranked
    group by document_key

),

arrivals as (

    select
        document_key,
        max(landed_in) as changed_in,
        max(settles_at) as settles_at
    from revised
    group by document_key

),

current_versions as (

    select * from ranked where version_number = 1

),

data_versions as (

    select * from ranked where data_number = 1 and has_data

)

select
    current_versions.document_key,
    current_versions.document_id,
    {{ document_status('current_versions') }} as status,
    current_versions.dt,
    current_versions.version_at,
    current_versions.lost_fields,
    counted.rows_good,
    counted.rows_quarantined,
    data_versions.document_key is not null as has_data,
    data_versions.event_at,
    data_versions.document,
    arrivals.changed_in,
    arrivals.settles_at
from current_versions
inner join counted on current_versions.document_key = counted.document_key
inner join arrivals on current_versions.document_key = arrivals.document_key
left join data_versions on current_versions.document_key = data_versions.document_key
{%- endmacro %}


{# One row per document: those of which one row has landed, and those of the revised_ model. #}
{% macro current_documents(landed_model, format) -%}
with landed as (

    {{ visible_rows(landed_model, format) }}

),

revised as (

    select * from {{ ref(landed_model | replace('lnd_', 'revised_')) }}

),

single as (

    select * from landed where not is_revised

)

select
    document_key,
    document_id,
    {{ document_status('single') }} as status,
    dt,
    version_at,
    lost_fields,
    case when reason is null then 1 else 0 end as rows_good,
    case when reason is null then 0 else 1 end as rows_quarantined,
    has_data,
    case when has_data then event_at end as event_at,
    document,
    landed_in as changed_in,
    settles_at,
    false as is_revised
from single

union all

select
    document_key,
    document_id,
    status,
    dt,
    version_at,
    lost_fields,
    rows_good,
    rows_quarantined,
    has_data,
    event_at,
    document,
    changed_in,
    settles_at,
    true as is_revised
from revised
{%- endmacro %}


{% macro document_status(version) -%}
    case
        when {{ version }}.reason is not null then 'without_good_row'
        when {{ version }}.is_delete then 'deleted'
        else 'accepted'
    end
{%- endmacro %}


{# Greatest first: what decides which version of a document is the current one. #}
{% macro version_order(format) -%}
    version_at desc nulls last,
    {%- if format == 'changelog' %}
                is_delete desc,
                event_id desc nulls last,
    {%- else %}
                dt desc,
    {%- endif %}
                payload desc nulls last
{%- endmacro %}
