{{ stage_collection('base_avalo__wallet_transactions', 'stg_avalo__wallet_transactions') }}
