{{ stage_collection('lnd_avalo__calls', 'stg_avalo__calls') }}
