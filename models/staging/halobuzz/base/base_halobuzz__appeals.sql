{{ current_documents('lnd_halobuzz__appeals', 'mongo') }}
