{{ current_documents('lnd_avalo__wallet_transactions', 'changelog') }}
