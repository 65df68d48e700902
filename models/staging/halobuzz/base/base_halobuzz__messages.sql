{{ current_documents('lnd_halobuzz__messages', 'mongo') }}
