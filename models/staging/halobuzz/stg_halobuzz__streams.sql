{{ stage_collection('lnd_halobuzz__streams', 'stg_halobuzz__streams') }}
