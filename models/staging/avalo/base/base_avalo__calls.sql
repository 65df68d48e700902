{{ current_documents('lnd_avalo__calls', 'changelog') }}
