{{ stage_collection('lnd_avalo__monetization_strategies', 'stg_avalo__monetization_strategies') }}
