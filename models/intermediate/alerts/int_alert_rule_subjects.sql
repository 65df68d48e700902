-- Rules about one person: which creators and users fire, and for which date or month.
with rules as (

    select * from {{ ref('alert_rules') }} where subject <> 'none'

),

thresholds as (

    select * from {{ ref('int_regional_threshold_values') }}

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

params as (

    {{ pivot_params('alert_params', ['keep_days']) }}

),

users as (

    select platform, user_id, region, country_code from {{ ref('dim_users') }}

),

payouts as (

    select * from {{ ref('creator_payout_risks') }} where recommended_action = 'deny'

),

creators as (

    select * from {{ ref('creator_kpi_current') }} where is_slow_responder or is_low_completion

),

refunds as (

    select * from {{ ref('int_money') }} where kind = 'refund'

),

payout_dates as (

    select
        payouts.platform,
        payouts.creator_id,
        cast({{ to_local('payouts.requested_at', 'platforms.time_zone') }} as date) as kpi_date,
        max(payouts.risk_score) as risk_score
    from payouts
    inner join platforms on payouts.platform = platforms.platform
    group by
        payouts.platform,
        payouts.creator_id,
        cast({{ to_local('payouts.requested_at', 'platforms.time_zone') }} as date)

),

denied as (

    select
        rules.rule_id,
        rules.platform,
        payout_dates.creator_id as subject_id,
        payout_dates.kpi_date,
        rules.metric,
        payout_dates.risk_score as observed_value,
        cast(rules.threshold as double) as threshold_value
    from rules
    inner join payout_dates on rules.platform = payout_dates.platform
    inner join platforms on rules.platform = platforms.platform
    cross join params
    where
        rules.metric = 'payout_risk_score'
        and payout_dates.kpi_date > {{ add_days('platforms.current_date_local', '-params.keep_days') }}

),

refunds_of_subjects as (

    select
        rules.rule_id,
        rules.platform,
        case rules.subject when 'user' then refunds.user_id else refunds.creator_id end as subject_id,
        count(*) as refund_count
    from rules
    inner join refunds on rules.platform = refunds.platform
    inner join platforms on rules.platform = platforms.platform
    where
        rules.metric = 'refund_count_30d'
        and refunds.business_date > {{ add_days('platforms.current_date_local', '-rules.reference_days') }}
    group by
        rules.rule_id,
        rules.platform,
        case rules.subject when 'user' then refunds.user_id else refunds.creator_id end

),

-- the subject's country decides the limit; ids without a user are in UNKNOWN / ZZ
refunders as (

    select
        refunds_of_subjects.rule_id,
        refunds_of_subjects.platform,
        refunds_of_subjects.subject_id,
        case rules.period
            when 'month' then {{ period_start('month', 'platforms.current_date_local') }}
            else platforms.current_date_local
        end as kpi_date,
        rules.metric,
        cast(refunds_of_subjects.refund_count as double) as observed_value,
        cast(thresholds.threshold_value as double) as threshold_value
    from refunds_of_subjects
    inner join rules on refunds_of_subjects.rule_id = rules.rule_id
    inner join platforms on refunds_of_subjects.platform = platforms.platform
    left join users
        on
            refunds_of_subjects.platform = users.platform
            and refunds_of_subjects.subject_id = users.user_id
    inner join thresholds
        on
            rules.regional_threshold = thresholds.threshold
            and coalesce(users.region, 'UNKNOWN') = thresholds.region
            and coalesce(users.country_code, 'ZZ') = thresholds.country_code
    where
        refunds_of_subjects.subject_id is not null
        and {{ stands_to('rules.comparison', 'refunds_of_subjects.refund_count', 'thresholds.threshold_value') }}

),

-- slow comes before incomplete
poor_creators as (

    select
        rules.rule_id,
        rules.platform,
        creators.creator_id as subject_id,
        case rules.period
            when 'month' then {{ period_start('month', 'platforms.current_date_local') }}
            else platforms.current_date_local
        end as kpi_date,
        rules.metric,
        case when creators.is_slow_responder then creators.avg_response_sec else creators.completion_rate * 100 end
            as observed_value,
        cast(thresholds.threshold_value as double) as threshold_value
    from rules
    inner join creators on rules.platform = creators.platform
    inner join platforms on rules.platform = platforms.platform
    inner join users on creators.platform = users.platform and creators.creator_id = users.user_id
    inner join thresholds
        on
            users.region = thresholds.region
            and users.country_code = thresholds.country_code
            and thresholds.threshold = case
                when creators.is_slow_responder then rules.regional_threshold
                else rules.second_regional_threshold
            end
    where rules.metric = 'creator_quality' and creators.total_transactions >= rules.min_value

),

fired as (

    select rule_id, platform, subject_id, kpi_date, metric, observed_value, threshold_value from denied

    union all

    select rule_id, platform, subject_id, kpi_date, metric, observed_value, threshold_value from refunders

    union all

    select rule_id, platform, subject_id, kpi_date, metric, observed_value, threshold_value from poor_creators

)

select
    fired.rule_id,
    fired.platform,
    coalesce(users.region, 'UNKNOWN') as region,
    fired.subject_id,
    fired.kpi_date,
    fired.metric,
    fired.observed_value,
    fired.threshold_value
from fired
left join users on fired.platform = users.platform and fired.subject_id = users.user_id
