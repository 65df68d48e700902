{# A risk profile of places: by region or by country_code. #}
{% macro risk_profile(place) -%}
with places as (

    select * from {{ ref('int_place_risk') }}

),

platforms as (

    select platform, currency from {{ ref('int_platforms') }}

),

sums as (

    select
        places.platform,
        places.{{ place }},
        platforms.currency,
        {%- for column in [
            'purchase_count', 'spend_count', 'refund_count', 'chargeback_count', 'total_revenue',
            'refund_amount', 'chargeback_amount', 'toxic_revenue', 'toxic_net_revenue', 'users_scored',
            'risk_score_sum', 'high_risk_users', 'churn_users', 'churned_users'
        ] %}
        sum(places.{{ column }}) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from places
    inner join platforms on places.platform = platforms.platform
    group by places.platform, places.{{ place }}, platforms.currency

)

select
    platform,
    {{ place }},
    cast(users_scored as bigint) as users_scored,
    {{ rounded_ratio('risk_score_sum', '(100 * users_scored)') }} as avg_risk_score,
    {{ rate_of('chargeback_count', 'purchase_count') }} as chargeback_rate,
    {{ rate_of('refund_count', '(spend_count + purchase_count)') }} as refund_count_rate,
    {{ rate_of('churned_users', 'churn_users') }} as churned_share,
    {{ as_money('total_revenue') }} as total_revenue,
    {{ as_money('toxic_revenue') }} as toxic_revenue,
    {{ as_money('total_revenue - refund_amount - chargeback_amount - toxic_net_revenue') }} as risk_adjusted_revenue,
    {{ rate_of('high_risk_users', 'users_scored') }} as high_risk_user_rate,
    currency
from sums
{%- endmacro %}
