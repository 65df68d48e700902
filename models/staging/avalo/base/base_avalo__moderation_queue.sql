{{ current_documents('lnd_avalo__moderation_queue', 'changelog') }}
