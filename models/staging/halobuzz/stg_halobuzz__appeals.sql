{{ stage_collection('lnd_halobuzz__appeals', 'stg_halobuzz__appeals') }}
