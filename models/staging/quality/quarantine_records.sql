with bad_rows as (

    {%- for collection in collection_names() %}
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
        documents.rows_good > 0 as has_good_version
    from ({{ visible_rows('lnd_' ~ collection.model, collection.format) }} and reason is not null) as landed
    inner join {{ ref('base_' ~ collection.model) }} as documents
        on landed.document_key = documents.document_key
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

-- a row delivered again is one row, that of its greatest dt
copies_ranked as (

    select
        *,
        row_number() over (partition by platform, collection, row_id order by dt desc) as copy_number
    from bad_rows

)

select
    platform,
    collection,
    document_id,
    event_id,
    reason,
    detail,
    payload,
    dt,
    has_good_version
from copies_ranked
where copy_number = 1
