{{ stage_collection('base_avalo__calls', 'stg_avalo__calls') }}
