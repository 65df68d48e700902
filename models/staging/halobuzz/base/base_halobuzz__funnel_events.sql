{{ current_documents('lnd_halobuzz__funnel_events', 'mongo') }}
