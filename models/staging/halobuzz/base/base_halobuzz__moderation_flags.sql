{{ current_documents('lnd_halobuzz__moderation_flags', 'mongo') }}
