with scores as (

    select * from {{ ref('churn_scores') }} where churn_cause is not null

)

select
    platform,
    region,
    churn_cause,
    currency,
    count(*) as users,
    {{ rounded_ratio('sum(round(100 * churn_score))', '(100 * count(*))') }} as avg_score,
    {{ as_money('sum(lifetime_spend)') }} as lifetime_spend
from scores
group by platform, region, churn_cause, currency
