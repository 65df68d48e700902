{{ current_documents('lnd_avalo__users', 'changelog') }}
