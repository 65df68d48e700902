{%- set components = ['chargeback', 'refund', 'churn', 'fraud', 'account_age'] -%}
with counts as (

    select * from {{ ref('int_user_risk_counts') }}
    where purchase_count + spend_count + refund_count + chargeback_count + signal_count > 0

),

users as (

    select * from {{ ref('dim_users') }} where not is_deleted

),

platforms as (

    select * from {{ ref('int_platforms') }}

),

churn as (

    select platform, user_id, churn_score from {{ ref('churn_scores') }}

),

weights as (

    select
        {%- for component in components %}
        cast(max(case when component = '{{ component }}' then weight end) as double) as {{ component }}_weight,
        cast(max(case when component = '{{ component }}' then full_at end) as double) as {{ component }}_full_at,
        cast(max(case when component = '{{ component }}' then missing_value end) as double)
            as {{ component }}_missing,
        max(case when component = '{{ component }}' then position end) as {{ component }}_position
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('risk_weights') }}
    where score = 'user_risk'

),

flags as (

    select
        flag,
        cast(limit_value as double) as limit_value,
        coalesce(min_count, 0) as min_count
    from {{ ref('risk_flags') }}
    where mart = 'user_risk_scores'

),

levels as (

    select * from {{ ref('risk_levels') }} where score = 'user_risk'

),

measured as (

    select
        counts.*,
        users.region,
        users.country_code,
        users.is_creator,
        platforms.currency,
        churn.churn_score,
        {{ integer_divide(
            '(' ~ timestamp_micros(as_of()) ~ ' - ' ~ timestamp_micros('users.created_at') ~ ')', '86400000000'
        ) }} as account_age_days,
        {{ rate_or_all('counts.chargeback_count', 'counts.purchase_count') }} as chargeback_rate,
        {{ rate_or_all('counts.refund_count', '(counts.spend_count + counts.purchase_count)') }} as refund_count_rate
    from counts
    inner join users on counts.platform = users.platform and counts.user_id = users.user_id
    inner join platforms on counts.platform = platforms.platform
    left join churn on counts.platform = churn.platform and counts.user_id = churn.user_id

),

weighed as (

    select
        measured.*,
        weights.*,
        least(1, measured.chargeback_rate / weights.chargeback_full_at) as chargeback_component,
        least(1, measured.refund_count_rate / weights.refund_full_at) as refund_component,
        coalesce(measured.churn_score / weights.churn_full_at, weights.churn_missing) as churn_component,
        least(1, measured.signal_count / weights.fraud_full_at) as fraud_component,
        greatest(0, 1 - measured.account_age_days / weights.account_age_full_at) as account_age_component
    from measured
    cross join weights

),

scored as (

    select
        *,
        {{ rounded_score(
            '100 * (' ~ weighted_sum(components) ~ ')'
        ) }} as risk_score
    from weighed

),

-- the largest weighted part; the first in order where two are equal
parts as (

    {%- for component in components %}
    select
        platform,
        user_id,
        '{{ component }}' as factor,
        {{ component }}_position as position,
        -- rounded, so that parts that are equal on paper are equal here
        round({{ component }}_weight * {{ component }}_component, 12) as part
    from scored
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

parts_ranked as (

    select
        *,
        row_number() over (partition by platform, user_id order by part desc, position) as part_number
    from parts
    where part > 0

),

toxic as (

    select
        scored.platform,
        scored.user_id
    from scored
    inner join flags on case flags.flag
        when 'chargebacks' then scored.chargeback_rate > flags.limit_value
        when 'refunds' then scored.refund_count_rate > flags.limit_value and scored.refund_count >= flags.min_count
        when 'fraud_signals' then scored.signal_count > flags.limit_value
        else false
    end
    group by scored.platform, scored.user_id

)

select
    scored.platform,
    scored.user_id,
    case when scored.is_creator then 'creator' else 'consumer' end as user_type,
    scored.region,
    scored.country_code,
    scored.risk_score,
    levels.level as risk_level,
    parts_ranked.factor as top_factor,
    toxic.user_id is not null as is_toxic_revenue,
    {%- for component in components %}
    cast(scored.{{ component }}_component as double) as {{ component }}_component,
    {%- endfor %}
    scored.chargeback_rate,
    scored.refund_count_rate,
    cast(scored.chargeback_count as bigint) as chargeback_count,
    cast(scored.refund_count as bigint) as refund_count,
    cast(scored.signal_count as bigint) as fraud_signal_count,
    cast(scored.account_age_days as bigint) as account_age_days,
    scored.transaction_volume,
    scored.currency
from scored
inner join levels on {{ is_in_band('scored.risk_score', 'levels') }}
left join parts_ranked
    on
        scored.platform = parts_ranked.platform
        and scored.user_id = parts_ranked.user_id
        and parts_ranked.part_number = 1
left join toxic on scored.platform = toxic.platform and scored.user_id = toxic.user_id
