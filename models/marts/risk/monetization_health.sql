with windows as (

    select * from {{ ref('int_strategy_windows') }}

),

measures as (

    select * from {{ ref('int_strategy_measures') }}

),

feedback as (

    select
        {{ business_date('created_at', 'avalo') }} as kpi_date,
        score
    from {{ ref('stg_avalo__user_feedback') }}

),

criteria as (

    select * from {{ ref('monetization_criteria') }}

),

feedback_scores as (

    select
        windows.strategy_id,
        {{ rounded_score(rate_of('sum(feedback.score)', 'count(feedback.score)')) }} as feedback_score
    from windows
    inner join feedback on feedback.kpi_date >= windows.starts_on and feedback.kpi_date <= windows.ends_on
    where windows.is_measurable
    group by windows.strategy_id

),

compared as (

    select
        windows.strategy_id,
        windows.is_measurable,
        {{ rate_of('now.churn_rate', 'before.churn_rate') }} - 1 as churn_increase,
        {{ rate_of('now.mean_revenue', 'before.mean_revenue') }} - 1 as revenue_impact,
        feedback_scores.feedback_score,
        now.engagement_score,
        before.engagement_score as engagement_baseline
    from windows
    left join measures as now on windows.strategy_id = now.strategy_id and now.span = 'window'
    left join measures as before on windows.strategy_id = before.strategy_id and before.span = 'baseline'
    left join feedback_scores on windows.strategy_id = feedback_scores.strategy_id

),

-- a criterion that can't be measured passes
judged as (

    select
        compared.strategy_id,
        criteria.position,
        criteria.criterion,
        case criteria.criterion
            when 'churn_increase' then compared.churn_increase
            when 'revenue_impact' then compared.revenue_impact
            when 'feedback_score' then compared.feedback_score
            when 'engagement_score' then compared.engagement_score
        end as value,
        criteria.comparison,
        cast(criteria.limit_value as double)
        * case when criteria.baseline_column = 'engagement_baseline' then compared.engagement_baseline else 1 end
            as limit_value
    from compared
    cross join criteria
    where compared.is_measurable

),

-- rounded far below what matters: a value at its limit must not fail by its binary noise
failed as (

    select
        strategy_id,
        coalesce({{ ordered_list(
            'case when not ' ~ stands_to('comparison', 'round(value, 12)', 'round(limit_value, 12)') ~ ' then criterion end',
            'position'
        ) }}, '') as failed_criteria
    from judged
    group by strategy_id

)

select
    compared.strategy_id,
    compared.is_measurable,
    compared.churn_increase,
    compared.revenue_impact,
    compared.feedback_score,
    compared.engagement_score,
    compared.engagement_baseline,
    failed.failed_criteria = '' as is_healthy,
    failed.failed_criteria
from compared
left join failed on compared.strategy_id = failed.strategy_id
