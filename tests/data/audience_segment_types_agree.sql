{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'The three types are three cuts of the same events.'}
) }}
-- Every event has one label of each type: totals of a date are the same for budget, intent, proximity.
with totals as (

    select
        kpi_date,
        segment_type,
        sum(impressions) as impressions,
        sum(interactions) as interactions,
        sum(conversions) as conversions,
        sum(revenue_tokens) as revenue_tokens
    from {{ ref('segment_performance_daily') }}
    group by kpi_date, segment_type

)

select
    kpi_date,
    count(distinct impressions) as different_impressions,
    count(distinct interactions) as different_interactions
from totals
group by kpi_date
having
    count(distinct impressions) > 1 or count(distinct interactions) > 1
    or count(distinct conversions) > 1 or count(distinct revenue_tokens) > 1
