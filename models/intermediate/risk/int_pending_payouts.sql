with payouts as (

    {{ union_platforms_local('pending_payouts', 'requested_at') }}

),

rates as (

    select * from {{ ref('int_rates') }}

)

select
    payouts.platform,
    payouts.payout_id,
    payouts.creator_id,
    payouts.requested_at,
    case
        when payouts.is_valued_in_cash then {{ to_money('payouts.cash', 'cash_rates.rate') }}
        else {{ to_money('payouts.tokens', 'token_rates.rate') }}
    end as amount
from payouts
left join rates as token_rates
    on
        payouts.platform = token_rates.platform
        and cast(payouts.local_at as date) = token_rates.business_date
        and token_rates.unit = '{{ token_unit() }}'
left join rates as cash_rates
    on
        payouts.platform = cash_rates.platform
        and cast(payouts.local_at as date) = cash_rates.business_date
        and payouts.cash_currency = cash_rates.unit
