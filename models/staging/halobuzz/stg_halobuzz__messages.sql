{{ stage_collection('lnd_halobuzz__messages', 'stg_halobuzz__messages') }}
