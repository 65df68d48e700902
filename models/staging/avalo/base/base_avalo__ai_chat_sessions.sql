{{ current_documents('lnd_avalo__ai_chat_sessions', 'changelog') }}
