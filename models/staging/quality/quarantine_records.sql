with bad_rows as (

    {%- for collection in collection_names() %}
    {{ quarantined_rows(collection) }}
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
