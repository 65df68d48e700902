with lost as (

    {%- for collection in collection_names() %}
    select
        '{{ collection.platform }}' as platform,
        '{{ collection.collection }}' as collection,
        lost_fields,
        dt
    from {{ ref('base_' ~ collection.model) }}
    where status = 'accepted' and lost_fields <> ''
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

fields as (

    select
        platform,
        collection,
        dt,
        {{ unnest_split('lost_fields', ',') }} as field
    from lost

)

select
    platform,
    collection,
    field,
    dt,
    count(*) as values_lost
from fields
where field <> ''
group by platform, collection, field, dt
