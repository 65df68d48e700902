{{ stage_collection('base_avalo__refunds', 'stg_avalo__refunds') }}
