{{ current_documents('lnd_halobuzz__users', 'mongo') }}
