{{ current_documents('lnd_halobuzz__infra_errors', 'mongo') }}
