{{ stage_collection('base_avalo__users', 'stg_avalo__users') }}
