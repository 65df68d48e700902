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


{# columns: more of them, as SQL #}
{% macro visible_rows(landed_model, format, columns=[]) -%}
    select
        *,
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {{ document_key() }} as document_key
    from {{ ref(landed_model) }}
    where {{ is_visible(format) }}
{%- endmacro %}


{#
    The visible bad rows of a collection, copies too; has its document a good version as well? What was too early
    in one delivery may be good in a later one: then it is good.
#}
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
    where
        not exists (
            select 1
            from ({{ visible_rows('lnd_' ~ collection.model, collection.format) }} and reason is null and is_revised) as copies
            where copies.row_id = landed.row_id and copies.dt > landed.dt
        )
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


{#
    The state of the documents of which more than one row has landed. The versions of a document are ranked
    by what decides, without the documents themselves: those are fetched for the versions that stand.
#}
{% macro revised_documents(landed_model, format) -%}
with versions as (

    select
        row_place,
        document_key,
        row_id,
        dt,
        version_at,
        is_delete,
        event_id,
        payload,
        reason is null as is_good,
        has_data,
        landed_in,
        settles_at
    from ({{ revised_rows(landed_model, format) }}) as revised
    where {{ every_key(['document_key']) }}

),

-- a row delivered again counts once, with its greatest dt
copies_ranked as (

    select
        *,
        row_number() over (partition by document_key, row_id order by dt desc) as copy_number
    from versions

),

ranked as (

    select
        *,
        row_number() over (
            partition by document_key
            order by
                case when copy_number = 1 then 0 else 1 end,
                case when is_good then 0 else 1 end,
                {{ version_order(format) }}
        ) as version_number,
        row_number() over (
            partition by document_key
            order by
                case when copy_number = 1 and has_data then 0 else 1 end,
                {{ version_order(format) }}
        ) as data_number
    from copies_ranked

),

decided as (

    select
        document_key,
        max(case when version_number = 1 then row_place end) as current_place,
        max(case when data_number = 1 and has_data then row_place end) as data_place,
        sum(case when copy_number = 1 and is_good then 1 else 0 end) as rows_good,
        sum(case when copy_number = 1 and not is_good then 1 else 0 end) as rows_quarantined,
        max(landed_in) as changed_in,
        max(settles_at) as settles_at
    from ranked
    group by document_key

),

-- where the current version holds no data (a deleted document), an older one may
older_data as (

    select
        decided.document_key,
        revised.event_at,
        revised.document
    from decided
    inner join ({{ revised_rows(landed_model, format) }}) as revised
        on decided.data_place = revised.row_place
    where decided.data_place <> decided.current_place

)

select
    decided.document_key,
    current_versions.document_id,
    {{ document_status('current_versions') }} as status,
    current_versions.dt,
    current_versions.version_at,
    current_versions.lost_fields,
    decided.rows_good,
    decided.rows_quarantined,
    decided.data_place is not null as has_data,
    case when current_versions.has_data then current_versions.event_at else older_data.event_at end as event_at,
    case when current_versions.has_data then current_versions.document else older_data.document end as document,
    decided.changed_in,
    decided.settles_at
from decided
inner join ({{ revised_rows(landed_model, format) }}) as current_versions
    on decided.current_place = current_versions.row_place
left join older_data on decided.document_key = older_data.document_key
{%- endmacro %}


{# The visible rows of documents of which more than one row has landed, and what tells them apart. #}
{% macro revised_rows(landed_model, format) -%}
    {{ visible_rows(landed_model, format, [row_place() ~ ' as row_place']) }} and is_revised
{%- endmacro %}


{# The visible rows of documents of which one row has landed. #}
{% macro single_rows(landed_model, format) -%}
    {{ visible_rows(landed_model, format) }} and not is_revised
{%- endmacro %}


{# A number that no other row of the table has; it need not stay when the table is written. #}
{% macro row_place() %}
    {{- adapter.dispatch('row_place', 'creator_warehouse')() -}}
{% endmacro %}

{% macro default__row_place() -%}
    {{ row_hash(['row_id', 'dt', 'row_number() over (partition by row_id, dt order by row_id)']) }}
{%- endmacro %}

{% macro duckdb__row_place() -%}
    rowid
{%- endmacro %}


{# One row per document: those of which one row has landed, and those of the revised_ model. #}
{% macro current_documents(landed_model, format) -%}
with single as (

    {{ single_rows(landed_model, format) }}

),

revised as (

    select * from {{ ref(landed_model | replace('lnd_', 'revised_')) }}

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


{# What decides which version of a document is the current one, as long as it is not the text. #}
{% macro version_columns(format) %}
    {{ return(['version_at', 'is_delete', 'event_id'] if format == 'changelog' else ['version_at', 'dt']) }}
{% endmacro %}


{# Greatest first: what decides which version of a document is the current one. #}
{% macro version_order(format) -%}
    {%- for column in version_columns(format) %}
                {{ column }} desc nulls last,
    {%- endfor %}
                payload desc nulls last,
                {#- nothing is left but what the document looked like before: any rule does, if it is one #}
                dt desc,
                row_id
{%- endmacro %}
