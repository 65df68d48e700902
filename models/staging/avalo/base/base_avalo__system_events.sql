{{ current_documents('lnd_avalo__system_events', 'changelog') }}
