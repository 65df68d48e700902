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

    {{ component_weights('user_risk', components) }}

),

flags as (

    select * from {{ ref('risk_flags') }} where mart = 'user_risk_scores'

),

levels as (

    select * from {{ ref('risk_levels') }} where score = 'user_risk'

),

measured as (

    select
        counts.*,
        counts.signal_count as fraud_signal_count,
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
        {{ capped_part('measured.chargeback_rate', 'chargeback') }} as chargeback_component,
        {{ capped_part('measured.refund_count_rate', 'refund') }} as refund_component,
        -- banned users have no churn score
        {{ capped_part('measured.churn_score', 'churn') }} as churn_component,
        {{ capped_part('measured.fraud_signal_count', 'fraud') }} as fraud_component,
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
    inner join flags on {{ flag_holds(
        'flags',
        [
            'chargeback_rate', 'refund_count_rate', 'chargeback_count', 'refund_count', 'fraud_signal_count',
            'account_age_days', 'churn_score', 'transaction_volume'
        ],
        'scored'
    ) }}
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
    cast(scored.purchase_count as bigint) as purchases,
    cast(scored.spend_count as bigint) as spends,
    cast(scored.chargeback_count as bigint) as chargeback_count,
    cast(scored.refund_count as bigint) as refund_count,
    cast(scored.fraud_signal_count as bigint) as fraud_signal_count,
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
