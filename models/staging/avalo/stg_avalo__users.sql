{{ stage_collection('lnd_avalo__users', 'stg_avalo__users') }}
