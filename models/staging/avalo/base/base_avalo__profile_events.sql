{{ current_documents('lnd_avalo__profile_events', 'changelog') }}
