{{ current_documents('lnd_avalo__chats', 'changelog') }}
