{{ stage_collection('lnd_avalo__refunds', 'stg_avalo__refunds') }}
