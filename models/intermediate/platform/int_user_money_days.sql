{{ config(materialized='increment', meta={
    'increment_by': ['platform', 'user_id', 'business_date'],
    'logs_changes_of': ['platform', 'user_id', 'month']
}) }}

with money as (

    select * from {{ ref('int_money') }}
    where {{ every_key(['platform', 'user_id', 'business_date']) }}

)

select
    platform,
    user_id,
    business_date,
    {{ period_start('month', 'business_date') }} as month,
    {{ as_money('sum(total_revenue)') }} as total_revenue,
    {{ as_money('sum(cash)') }} as cash_revenue,
    {{ as_money("sum(case when is_payment then money else 0 end)") }} as payment_amount,
    {{ as_money("sum(case when is_token_spend then tokens else 0 end)") }} as tokens_spent,
    {{ as_money("sum(case when kind = 'refund' then money else 0 end)") }} as refund_amount,
    {{ as_money("sum(case when kind = 'chargeback' then money else 0 end)") }} as chargeback_amount,
    cast(sum(case when kind = 'purchase' then 1 else 0 end) as bigint) as purchase_count,
    cast(sum(case when kind = 'refund' then 1 else 0 end) as bigint) as refund_count,
    cast(sum(case when kind = 'chargeback' then 1 else 0 end) as bigint) as chargeback_count,
    cast(sum(case when is_payment then 1 else 0 end) as bigint) as payment_count
from money
group by platform, user_id, business_date
