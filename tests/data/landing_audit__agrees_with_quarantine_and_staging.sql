{{ config(
    severity='error',
    meta={'owner': 'data-platform', 'reason': 'The audit is believed: what it counts must be where it says.'}
) }}
-- Per collection: quarantine_records holds the rows quarantined, staging the documents accepted but for
-- those whose event time lies after as_of, and rows seen are good or quarantined, to the row.
with audit as (

    select * from {{ ref('landing_audit') }}

),

quarantined as (

    select
        platform,
        collection,
        count(*) as row_count
    from {{ ref('quarantine_records') }}
    group by platform, collection

),

staged as (

    {%- for collection in collection_names() %}
    select
        '{{ collection.platform }}' as platform,
        '{{ collection.collection }}' as collection,
        (select count(*) from {{ ref('stg_' ~ collection.model) }}) as document_count,
        (
            select count(*)
            from {{ ref('base_' ~ collection.model) }}
            where status = 'accepted' and event_at > {{ as_of() }}
        ) as later_count
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

)

select
    audit.platform,
    audit.collection,
    audit.rows_seen,
    audit.rows_good,
    audit.rows_quarantined,
    quarantined.row_count as rows_in_quarantine_records,
    audit.documents_accepted,
    staged.document_count as documents_in_staging,
    staged.later_count as documents_after_as_of
from audit
left join quarantined
    on audit.platform = quarantined.platform and audit.collection = quarantined.collection
left join staged
    on audit.platform = staged.platform and audit.collection = staged.collection
where
    staged.platform is null
    or audit.rows_seen <> audit.rows_good + audit.rows_quarantined
    or audit.rows_quarantined <> coalesce(quarantined.row_count, 0)
    or audit.documents_accepted <> staged.document_count + staged.later_count
