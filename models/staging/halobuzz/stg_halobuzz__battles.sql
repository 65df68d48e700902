{{ stage_collection('lnd_halobuzz__battles', 'stg_halobuzz__battles') }}
