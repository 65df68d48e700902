{{ current_documents('lnd_halobuzz__game_sessions', 'mongo') }}
