{{ current_documents('lnd_halobuzz__battles', 'mongo') }}
