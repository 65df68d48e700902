{{ current_documents('lnd_avalo__refunds', 'changelog') }}
