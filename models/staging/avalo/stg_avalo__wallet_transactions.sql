{{ stage_collection('lnd_avalo__wallet_transactions', 'stg_avalo__wallet_transactions') }}
