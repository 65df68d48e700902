{{ stage_collection('base_avalo__monetization_strategies', 'stg_avalo__monetization_strategies') }}
