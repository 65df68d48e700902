{{ current_documents('lnd_halobuzz__transactions', 'mongo') }}
