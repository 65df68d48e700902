{{ config(
    severity='error',
    meta={'owner': 'revenue', 'reason': 'A join that drops or doubles a movement changes every revenue figure.'}
) }}
-- As many rows per source as the platforms have, and the same tokens and coins (rounded per event).
with roads as (

    {%- for platform in var('platforms') %}
    select
        '{{ platform }}' as platform,
        source,
        count(*) as row_count,
        sum({{ to_tokens('tokens') }}) as tokens
    from {{ ref('int_' ~ platform ~ '__money') }}
    group by source
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

converted as (

    select
        platform,
        source,
        count(*) as row_count,
        sum(tokens) as tokens
    from {{ ref('int_money') }}
    group by platform, source

)

select
    roads.platform,
    roads.source,
    roads.row_count,
    converted.row_count as row_count_in_int_money,
    roads.tokens,
    converted.tokens as tokens_in_int_money
from roads
left join converted on roads.platform = converted.platform and roads.source = converted.source
where
    converted.row_count is null
    or converted.row_count <> roads.row_count
    or converted.tokens <> roads.tokens
