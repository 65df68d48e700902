{{ current_documents('lnd_avalo__payouts', 'changelog') }}
