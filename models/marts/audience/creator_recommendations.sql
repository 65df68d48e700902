with shares as (

    select * from {{ ref('creator_audience') }}

),

rules as (

    select * from {{ ref('recommendation_rules') }}

),

creators as (

    select distinct creator_id from shares

),

-- a rule without a dimension fits everybody
fitting as (

    select
        creators.creator_id,
        rules.position,
        rules.primary_strategy,
        replace(
            rules.reasoning,
            '{share_pct}',
            coalesce(cast(cast(shares.share_pct as integer) as {{ dbt.type_string() }}), '')
        ) as reasoning,
        rules.tip,
        rules.opportunity,
        rules.dimension is null as is_fallback
    from creators
    cross join rules
    left join shares
        on
            creators.creator_id = shares.creator_id
            and rules.dimension = shares.dimension
            and rules.label = shares.label
    where rules.dimension is null or shares.share_pct >= rules.min_share_pct

),

ranked as (

    select
        *,
        row_number() over (partition by creator_id order by position) as fit
    from fitting

)

select
    creator_id,
    max(case when fit = 1 then primary_strategy end) as primary_strategy,
    max(case when fit = 1 then reasoning end) as reasoning,
    {{ ordered_list('case when not is_fallback or fit = 1 then tip end', 'position', '; ') }} as tips,
    {{ ordered_list('case when not is_fallback or fit = 1 then opportunity end', 'position', '; ') }} as opportunities
from ranked
group by creator_id
