-- Sums of the 90 days by country, orphans in UNKNOWN / ZZ, that both risk profiles are made of.
with users as (

    select * from {{ ref('dim_users') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

counts as (

    select * from {{ ref('int_user_risk_counts') }}

),

scores as (

    select * from {{ ref('user_risk_scores') }}

),

churn as (

    select
        scores.platform,
        scores.user_id,
        scores.is_churned
    from {{ ref('churn_scores') }} as scores

),

places as (

    select platform, region, country_code from users

    union

    select platform, 'UNKNOWN' as region, 'ZZ' as country_code from platforms

),

amounts as (

    select
        counts.platform,
        coalesce(users.country_code, 'ZZ') as country_code,
        sum(counts.purchase_count) as purchase_count,
        sum(counts.spend_count) as spend_count,
        sum(counts.refund_count) as refund_count,
        sum(counts.chargeback_count) as chargeback_count,
        sum(counts.total_revenue) as total_revenue,
        sum(counts.refund_amount) as refund_amount,
        sum(counts.chargeback_amount) as chargeback_amount,
        sum(case when scores.is_toxic_revenue then counts.total_revenue else 0 end) as toxic_revenue,
        sum(case
            when scores.is_toxic_revenue then greatest(
                0, counts.total_revenue - counts.refund_amount - counts.chargeback_amount
            )
            else 0
        end) as toxic_net_revenue
    from counts
    left join users on counts.platform = users.platform and counts.user_id = users.user_id
    left join scores on counts.platform = scores.platform and counts.user_id = scores.user_id
    group by counts.platform, coalesce(users.country_code, 'ZZ')

),

scored as (

    select
        platform,
        country_code,
        count(*) as users_scored,
        -- in hundredths: a whole number adds up exactly
        sum(round(100 * risk_score)) as risk_score_sum,
        sum(case when risk_level in ('high', 'critical') then 1 else 0 end) as high_risk_users
    from scores
    group by platform, country_code

),

churned as (

    select
        churn.platform,
        users.country_code,
        count(*) as churn_users,
        sum(case when churn.is_churned then 1 else 0 end) as churned_users
    from churn
    inner join users on churn.platform = users.platform and churn.user_id = users.user_id
    group by churn.platform, users.country_code

)

select
    places.platform,
    places.region,
    places.country_code,
    {%- for column in [
        'purchase_count', 'spend_count', 'refund_count', 'chargeback_count', 'total_revenue', 'refund_amount',
        'chargeback_amount', 'toxic_revenue', 'toxic_net_revenue'
    ] %}
    coalesce(amounts.{{ column }}, 0) as {{ column }},
    {%- endfor %}
    coalesce(scored.users_scored, 0) as users_scored,
    coalesce(scored.risk_score_sum, 0) as risk_score_sum,
    coalesce(scored.high_risk_users, 0) as high_risk_users,
    coalesce(churned.churn_users, 0) as churn_users,
    coalesce(churned.churned_users, 0) as churned_users
from places
{%- for source in ['amounts', 'scored', 'churned'] %}
left join {{ source }}
    on places.platform = {{ source }}.platform and places.country_code = {{ source }}.country_code
{%- endfor %}
