{{ stage_collection('base_halobuzz__game_sessions', 'stg_halobuzz__game_sessions') }}
