{{ stage_collection('lnd_halobuzz__transactions', 'stg_halobuzz__transactions') }}
