{{ stage_collection('lnd_halobuzz__game_sessions', 'stg_halobuzz__game_sessions') }}
