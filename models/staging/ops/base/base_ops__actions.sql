{{ current_documents('lnd_ops__actions', 'ndjson') }}
