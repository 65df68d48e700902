with rows_landed as (

    {%- for collection in collection_names() %}
    select
        '{{ collection.platform }}' as platform,
        '{{ collection.collection }}' as collection,
        -- a document with a single row has no copies
        coalesce(sum(case when is_revised then 0 else 1 end), 0)
        + count(distinct case when is_revised then row_id end) as rows_seen
    from {{ ref('lnd_' ~ collection.model) }}
    where {{ is_visible(collection.format) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

documents as (

    {%- for collection in collection_names() %}
    select
        '{{ collection.platform }}' as platform,
        '{{ collection.collection }}' as collection,
        coalesce(sum(rows_good), 0) as rows_good,
        coalesce(sum(rows_quarantined), 0) as rows_quarantined,
        count(*) as documents_seen,
        coalesce(sum(case when status = 'accepted' then 1 else 0 end), 0) as documents_accepted,
        coalesce(sum(case when status = 'deleted' then 1 else 0 end), 0) as documents_deleted,
        coalesce(sum(case when status = 'without_good_row' then 1 else 0 end), 0)
            as documents_without_good_row
    from {{ ref('base_' ~ collection.model) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

)

select
    rows_landed.platform,
    rows_landed.collection,
    cast(rows_landed.rows_seen as bigint) as rows_seen,
    cast(documents.rows_good as bigint) as rows_good,
    cast(documents.rows_quarantined as bigint) as rows_quarantined,
    cast(documents.documents_seen as bigint) as documents_seen,
    cast(documents.documents_accepted as bigint) as documents_accepted,
    cast(documents.documents_deleted as bigint) as documents_deleted,
    cast(documents.documents_without_good_row as bigint) as documents_without_good_row
from rows_landed
inner join documents
    on
        rows_landed.platform = documents.platform
        and rows_landed.collection = documents.collection
