{{ land_collection('stg_halobuzz__game_sessions') }}
