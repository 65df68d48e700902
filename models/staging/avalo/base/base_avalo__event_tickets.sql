{{ current_documents('lnd_avalo__event_tickets', 'changelog') }}
