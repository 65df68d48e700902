-- A payout without a status is still pending. Cash where it is given, else the tokens.
select
    document_id as payout_id,
    creator_id,
    requested_at,
    coalesce(amount_pln, 0) as cash,
    'PLN' as cash_currency,
    amount_tokens as tokens,
    amount_pln is not null as is_valued_in_cash
from {{ ref('stg_avalo__payouts') }}
where status is null or status = 'pending'
