{{ stage_collection('lnd_ops__actions', 'stg_ops__actions') }}
