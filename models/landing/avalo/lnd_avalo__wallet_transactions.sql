{{ land_collection('stg_avalo__wallet_transactions') }}
