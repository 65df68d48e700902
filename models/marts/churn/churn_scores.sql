{%- set params = [
    'min_account_age_days', 'scaled_account_age_days', 'churned_inactive_days', 'inactivity_max_points',
    'inactivity_full_days', 'low_sessions_max_points', 'low_sessions_full_below', 'low_sessions_zero_from',
    'refunds_max_points', 'refunds_full_count', 'panic_max_points', 'low_spending_max_points',
    'engagement_sessions_weight', 'engagement_sessions_full', 'engagement_active_dates_weight',
    'engagement_active_dates_full', 'engagement_interactions_weight', 'engagement_interactions_full',
    'cause_min_score'
] -%}
with features as (

    select * from {{ ref('int_churn_features') }}

),

params as (

    {{ pivot_params('churn_params', params) }}

),

spending_params as (

    select
        currency,
        cast(max(case when param = 'low_spending_full_below' then value end) as double) as full_below,
        cast(max(case when param = 'low_spending_zero_from' then value end) as double) as zero_from
    from {{ ref('churn_params') }}
    where currency <> '*'
    group by currency

),

levels as (

    select * from {{ ref('risk_levels') }} where score = 'churn'

),

causes as (

    select * from {{ ref('churn_causes') }}

),

-- a young account had less time: its sessions and spend are scaled up to a full window
scaled as (

    select
        features.*,
        params.*,
        spending_params.full_below,
        spending_params.zero_from,
        case
            when features.age_micros < params.scaled_account_age_days * 86400000000
                then cast(params.scaled_account_age_days as double) * 86400000000 / features.age_micros
            else 1
        end as scale
    from features
    cross join params
    inner join spending_params on features.currency = spending_params.currency
    where
        not features.is_banned
        and features.age_micros >= params.min_account_age_days * 86400000000

),

pointed as (

    select
        *,
        cast(inactivity_max_points as double)
        * least(days_inactive, inactivity_full_days) / inactivity_full_days as inactivity,
        {{ falling_points(
            'recent_sessions * scale', 'cast(low_sessions_full_below as double)',
            'cast(low_sessions_zero_from as double)', 'cast(low_sessions_max_points as double)'
        ) }} as low_sessions,
        cast(refunds_max_points as double)
        * least(recent_refunds, refunds_full_count) / refunds_full_count as refunds,
        case when recent_panics > 0 then cast(panic_max_points as double) else 0 end as panic,
        {{ falling_points(
            'cast(recent_spend as double) * scale', 'full_below', 'zero_from',
            'cast(low_spending_max_points as double)'
        ) }} as low_spending,
        {{ engagement_score('engagement_sessions', 'active_dates', 'recent_interactions', 'scaled') }} as engagement
    from scaled

),

scored as (

    select
        *,
        {{ rounded_score('inactivity + low_sessions + refunds + panic + low_spending') }} as churn_score
    from pointed

),

-- every cause that holds, for those at risk
held_causes as (

    select
        scored.platform,
        scored.user_id,
        min(causes.position) as position
    from scored
    inner join causes
        on
            case
                when causes.measure is null then true
                when causes.measure = 'leave_reason' then scored.leave_reason = lower(causes.match_text)
                else {{ stands_to(
                    'causes.comparison',
                    named_measure('causes.measure', [
                        'last_panics', 'cause_refunds', 'crashed_sessions', 'empty_discovery_sessions', 'last_chats',
                        'last_sessions', 'lifetime_spend'
                    ], 'scored'),
                    'cast(causes.limit_value as double)'
                ) }}
            end
            and (
                causes.response_share_below is null
                or scored.answered_chats < causes.response_share_below * scored.last_chats
            )
    where scored.churn_score >= scored.cause_min_score
    group by scored.platform, scored.user_id

)

select
    scored.platform,
    scored.user_id,
    scored.churn_score,
    levels.level as risk_band,
    {{ rounded_score('scored.inactivity') }} as inactivity_points,
    {{ rounded_score('scored.low_sessions') }} as low_sessions_points,
    {{ rounded_score('scored.refunds') }} as refunds_points,
    {{ rounded_score('scored.panic') }} as panic_points,
    {{ rounded_score('scored.low_spending') }} as low_spending_points,
    cast(scored.days_inactive as bigint) as days_inactive,
    scored.days_inactive >= scored.churned_inactive_days as is_churned,
    scored.region,
    scored.last_activity_at,
    scored.lifetime_spend,
    scored.currency,
    {{ rounded_score('scored.engagement') }} as engagement_score,
    causes.churn_cause
from scored
inner join levels on {{ is_in_band('scored.churn_score', 'levels') }}
left join held_causes
    on scored.platform = held_causes.platform and scored.user_id = held_causes.user_id
left join causes on held_causes.position = causes.position
