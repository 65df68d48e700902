{{ land_collection('stg_avalo__monetization_strategies') }}
