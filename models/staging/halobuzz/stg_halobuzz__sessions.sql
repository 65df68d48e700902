{{ stage_collection('lnd_halobuzz__sessions', 'stg_halobuzz__sessions') }}
