{{ current_documents('lnd_avalo__creator_reviews', 'changelog') }}
