{#
    One row per document of a collection: its current state, from the rows of its lnd_ model.

        status          accepted | deleted | without_good_row
        document        the current version; of a deleted document the last version with data
        rows_good, rows_quarantined     distinct raw rows (copies in later deliveries count once)
#}
{% macro current_documents(landed_model, format) -%}
with landed as (

    select * from {{ ref(landed_model) }}

),

-- a row delivered again counts once, with its greatest dt
copies_ranked as (

    select
        *,
        row_number() over (partition by document_key, row_id order by dt desc) as copy_number
    from landed

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

current_versions as (

    select * from ranked where version_number = 1

),

data_versions as (

    select * from ranked where data_number = 1 and has_data

),

final as (

    select
        current_versions.document_key,
        current_versions.document_id,
        case
            when current_versions.reason is not null then 'without_good_row'
            when current_versions.is_delete then 'deleted'
            else 'accepted'
        end as status,
        current_versions.dt,
        current_versions.version_at,
        current_versions.lost_fields,
        counted.rows_good,
        counted.rows_quarantined,
        data_versions.document_key is not null as has_data,
        data_versions.event_at,
        data_versions.document
    from current_versions
    inner join counted on current_versions.document_key = counted.document_key
    left join data_versions on current_versions.document_key = data_versions.document_key

)

select * from final
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
