{%- set params = ['retention_min_score', 'retention_contact_pause_days', 'retention_max_inactive_days'] -%}
with scores as (

    select * from {{ ref('churn_scores') }}

),

contacts as (

    {{ union_platforms('retention_contacts') }}

),

offers as (

    select * from {{ ref('retention_offers') }}

),

params as (

    {{ pivot_params('churn_params', params) }}

),

contacted as (

    select distinct
        contacts.platform,
        contacts.user_id
    from contacts
    cross join params
    where {{ is_trailing('contacts.occurred_at', 'params.retention_contact_pause_days', as_of()) }}

),

targets as (

    select
        scores.platform,
        scores.user_id,
        scores.churn_score,
        scores.churn_cause,
        scores.days_inactive,
        scores.lifetime_spend,
        scores.currency
    from scores
    cross join params
    left join contacted
        on scores.platform = contacted.platform and scores.user_id = contacted.user_id
    where
        scores.churn_score >= params.retention_min_score
        and scores.days_inactive <= params.retention_max_inactive_days
        and contacted.user_id is null

)

select
    targets.platform,
    targets.user_id,
    targets.churn_score,
    targets.churn_cause,
    targets.days_inactive,
    targets.lifetime_spend,
    targets.currency,
    offers.offer,
    -- the product of decimals (a double would order equal products by its noise), one of them wide: the product
    -- of two 64-bit decimals has no more than 64 bits
    cast(row_number() over (
        partition by targets.platform
        order by
            cast(targets.lifetime_spend as decimal(28, 4)) * cast(targets.churn_score as decimal(9, 2)) desc,
            targets.churn_score desc,
            targets.days_inactive,
            targets.user_id
    ) as bigint) as priority_rank
from targets
left join offers on targets.churn_cause = offers.churn_cause
