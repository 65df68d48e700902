{{ current_documents('lnd_avalo__chargebacks', 'changelog') }}
