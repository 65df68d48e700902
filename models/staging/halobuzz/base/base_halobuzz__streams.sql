{{ current_documents('lnd_halobuzz__streams', 'mongo') }}
