{{ config(severity='error', meta={
    'owner': 'revenue',
    'reason': 'Both profiles cover everybody once: their sums are those of the scores and of the money of 90 days.'
}) }}

with regions as (

    select
        platform,
        sum(users_scored) as users_scored,
        sum(total_revenue) as total_revenue,
        sum(toxic_revenue) as toxic_revenue,
        sum(risk_adjusted_revenue) as risk_adjusted_revenue
    from {{ ref('region_risk_profiles') }}
    group by platform

),

countries as (

    select
        platform,
        sum(users_scored) as users_scored,
        sum(total_revenue) as total_revenue,
        sum(toxic_revenue) as toxic_revenue,
        sum(risk_adjusted_revenue) as risk_adjusted_revenue
    from {{ ref('country_risk_profiles') }}
    group by platform

),

scored as (

    select
        platform,
        count(*) as users_scored
    from {{ ref('user_risk_scores') }}
    group by platform

),

amounts as (

    select
        platform,
        sum(total_revenue) as total_revenue
    from {{ ref('int_user_risk_counts') }}
    group by platform

)

select
    coalesce(regions.platform, countries.platform) as platform,
    regions.users_scored as users_of_regions,
    countries.users_scored as users_of_countries,
    scored.users_scored,
    regions.total_revenue as revenue_of_regions,
    countries.total_revenue as revenue_of_countries,
    amounts.total_revenue,
    regions.risk_adjusted_revenue as adjusted_of_regions,
    countries.risk_adjusted_revenue as adjusted_of_countries
from regions
full outer join countries on regions.platform = countries.platform
left join scored on regions.platform = scored.platform
left join amounts on regions.platform = amounts.platform
where
    regions.platform is null
    or countries.platform is null
    or regions.users_scored <> countries.users_scored
    or regions.users_scored <> coalesce(scored.users_scored, 0)
    or regions.total_revenue <> countries.total_revenue
    or regions.total_revenue <> coalesce(amounts.total_revenue, 0)
    or regions.toxic_revenue <> countries.toxic_revenue
    or regions.risk_adjusted_revenue <> countries.risk_adjusted_revenue
