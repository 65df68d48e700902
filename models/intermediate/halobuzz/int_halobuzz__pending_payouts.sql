select
    document_id as payout_id,
    user_id as creator_id,
    created_at as requested_at,
    amount as cash,
    currency_code as cash_currency,
    cast(0 as decimal(26, 14)) as tokens,
    true as is_valued_in_cash
from {{ ref('stg_halobuzz__transactions') }}
where type = 'withdrawal' and status = 'pending'
