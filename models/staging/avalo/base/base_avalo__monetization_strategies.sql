{{ current_documents('lnd_avalo__monetization_strategies', 'changelog') }}
