{{ current_documents('lnd_avalo__user_feedback', 'changelog') }}
