{{ stage_collection('lnd_halobuzz__users', 'stg_halobuzz__users') }}
