{{ config(
    severity='error',
    meta={'owner': 'growth', 'reason': 'Everybody with a cause is in one row.'}
) }}
-- Users and spend by cause are those of all users at risk.
with scores as (

    select
        platform,
        count(churn_cause) as users,
        sum(case when churn_cause is not null then lifetime_spend else 0 end) as lifetime_spend
    from {{ ref('churn_scores') }}
    group by platform

),

causes as (

    select
        platform,
        sum(users) as users,
        sum(lifetime_spend) as lifetime_spend
    from {{ ref('churn_by_cause') }}
    group by platform

)

select
    scores.platform,
    scores.users,
    causes.users as cause_users
from scores
left join causes on scores.platform = causes.platform
where
    scores.users <> coalesce(causes.users, 0)
    or scores.lifetime_spend <> coalesce(causes.lifetime_spend, 0)
