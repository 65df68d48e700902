{{ current_documents('lnd_halobuzz__sessions', 'mongo') }}
